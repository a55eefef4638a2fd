import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { tiffLayout } from '../../src/gallery/tiffLayout.js';

const picture = () => sharp({ create: { width: 600, height: 400, channels: 3, background: '#369' } });

/** A TIFF directory of short values in either byte order, and nothing else. */
function directory(entries: Record<number, number>, order: 'II' | 'MM'): Uint8Array {
  const little = order === 'II';
  const tags = Object.entries(entries);
  const bytes = new Uint8Array(10 + 12 * tags.length);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from(order));
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, tags.length, little);
  for (const [index, [tag, value]] of tags.entries()) {
    const at = 10 + 12 * index;
    view.setUint16(at, Number(tag), little);
    view.setUint16(at + 2, 3, little);
    view.setUint32(at + 4, 1, little);
    view.setUint16(at + 8, value, little);
  }
  return bytes;
}

describe('tiffLayout', () => {
  it('reads strips and tiles of files', async () => {
    const strips = tiffLayout(await picture().tiff({ compression: 'lzw' }).toBuffer());
    expect(strips?.isInterleavedStrips).toBe(true);
    expect(strips?.rows).toBeLessThan(400);
    const tiled = await picture().tiff({ tile: true, tileWidth: 128, tileHeight: 64 }).toBuffer();
    expect(tiffLayout(tiled)).toEqual({ rows: 64, isInterleavedStrips: false });
  });

  it.each(['II', 'MM'] as const)('reads separate planes, in byte order %s', (order) => {
    expect(tiffLayout(directory({ 278: 16, 284: 2 }, order))).toEqual({
      rows: 16,
      isInterleavedStrips: false,
    });
    expect(tiffLayout(directory({}, order))).toEqual({
      rows: Number.POSITIVE_INFINITY,
      isInterleavedStrips: true,
    });
  });

  it('is null for what cannot be read', () => {
    const cut = directory({ 278: 16, 284: 2 }, 'II').subarray(0, 20);
    const big = directory({}, 'II');
    big[2] = 43;
    for (const file of [cut, big, new Uint8Array(3)]) expect(tiffLayout(file)).toBeNull();
  });
});
