import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { SpotterError } from '../../src/core/errors.js';
import { collins, hopper } from '../helpers/paths.js';
import { decodePhoto } from '../helpers/photo.js';

/** A picture of 40x20 px, red at the left and blue at the right. */
const flag = () =>
  sharp({ create: { width: 40, height: 20, channels: 3, background: '#ff0000' } }).composite([
    { input: { create: { width: 20, height: 20, channels: 3, background: '#0000ff' } }, left: 20, top: 0 },
  ]);

async function pixel(bytes: Uint8Array, x: number, y: number) {
  const { image } = await decodePhoto(bytes, 'photo', 100);
  const at = (y * image.width + x) * 3;
  return { size: [image.width, image.height], colour: [...image.pixels.subarray(at, at + 3)] };
}

async function refusal(bytes: Uint8Array, megapixels = 100): Promise<SpotterError> {
  return decodePhoto(bytes, 'photo', megapixels).then(
    () => {
      throw new Error('it was accepted');
    },
    (error) => error,
  );
}

/** A PNG of one pixel that claims to be larger. @param options such as interlaced, with 16 bits */
async function hugePng(
  width: number,
  height: number,
  options: { progressive?: boolean; bitdepth?: 16 } = {},
): Promise<Buffer> {
  const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
    .toColourspace(options.bitdepth === 16 ? 'rgb16' : 'srgb')
    .png({ progressive: options.progressive ?? false })
    .toBuffer();
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ -1) >>> 0;
}

describe('usePhoto', () => {
  it('turns a photo upright by its EXIF orientation', async () => {
    const turned = await flag()
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const { size, colour } = await pixel(turned, 10, 5);
    expect(size).toEqual([20, 40]);
    expect(colour[0]).toBeGreaterThan(230);
    expect((await pixel(turned, 10, 35)).colour[2]).toBeGreaterThan(230);
  });

  it.each([
    ['AVIF', () => flag().avif({ quality: 100, chromaSubsampling: '4:4:4' })],
    ['TIFF', () => flag().tiff()],
    ['GIF', () => flag().gif()],
  ])('reads %s', async (_name, make) => {
    const { size, colour } = await pixel(await make().toBuffer(), 5, 10);
    expect(size).toEqual([40, 20]);
    expect(colour[0]).toBeGreaterThan(230);
    expect(colour[2]).toBeLessThan(30);
  });

  it('reads the first picture of a GIF that moves', async () => {
    const pictures = [await flag().png().toBuffer(), await flag().negate().png().toBuffer()];
    const moving = await sharp(pictures, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(moving).metadata()).pages).toBe(2);
    const { size, colour } = await pixel(moving, 5, 10);
    expect([size, colour]).toEqual([
      [40, 20],
      [255, 0, 0],
    ]);
  });

  it('converts CMYK', async () => {
    const { colour } = await pixel(
      await flag().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
      5,
      10,
    );
    expect(colour[0]).toBeGreaterThan(150);
    expect(colour[2]).toBeLessThan(110);
  });

  it('converts 16 bits per channel', async () => {
    const { colour } = await pixel(await flag().toColourspace('rgb16').png().toBuffer(), 5, 10);
    expect(colour).toEqual([255, 0, 0]);
  });

  it('converts grey, with 8 or 16 bits', async () => {
    for (const space of ['b-w', 'grey16']) {
      const { colour } = await pixel(await flag().greyscale().toColourspace(space).png().toBuffer(), 5, 10);
      expect(new Set(colour).size).toBe(1);
      expect(colour[0]).toBeGreaterThan(30);
    }
  });

  it('fills transparency with grey', async () => {
    const half = await sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect((await pixel(half, 4, 4)).colour).toEqual([128, 128, 128]);
  });

  it('reads palettes and WebP', async () => {
    expect((await pixel(await flag().png({ palette: true }).toBuffer(), 5, 10)).colour[0]).toBeGreaterThan(
      230,
    );
    expect((await pixel(await flag().webp({ lossless: true }).toBuffer(), 5, 10)).colour).toEqual([
      255, 0, 0,
    ]);
  });

  it('scales a photo down that is larger than a face needs, and returns by how much', async () => {
    const large = await sharp({ create: { width: 8192, height: 100, channels: 3, background: '#888' } })
      .jpeg()
      .toBuffer();
    const { image, source, scale } = await decodePhoto(large, 'photo', 100);
    expect([image.width, source.width, scale]).toEqual([4096, 8192, 0.5]);
  });

  it('scales a photo down as far as its decoder leaves memory', async () => {
    const large = await sharp({ create: { width: 4000, height: 1500, channels: 3, background: '#888' } })
      .avif({ effort: 0 })
      .toBuffer();
    const { image, source, scale } = await decodePhoto(large, 'photo', 100);
    expect(source.width).toBe(4000);
    expect(image.width).toBeLessThan(4000);
    expect(image.width).toBeGreaterThan(3000);
    expect(scale).toBeCloseTo(image.width / 4000);
  });

  it('decodes photos of other sizes at a time, each with its own pixels', async () => {
    const widths = [300, 40, 200, 120];
    const photos = await Promise.all(
      widths.map(async (width, index) => {
        const background = { r: 60 * index, g: 0, b: 0 };
        const file = sharp({ create: { width, height: 30, channels: 3, background } }).png();
        return decodePhoto(await file.toBuffer(), 'photo', 100);
      }),
    );
    for (const [index, { image }] of photos.entries()) {
      expect(image.width).toBe(widths[index]);
      expect(image.pixels).toHaveLength(widths[index] * 30 * 3);
      expect(image.pixels.every((value, at) => value === (at % 3 === 0 ? 60 * index : 0))).toBe(true);
    }
  });

  it.each<[string, () => Promise<Uint8Array> | Uint8Array, string, string]>([
    ['nothing', () => new Uint8Array(0), 'photo.unreadable', 'photo is empty'],
    ['text', () => Buffer.from('hello '.repeat(100)), 'photo.unreadable', 'is damaged or not a picture'],
    [
      'half a JPEG',
      () => readFileSync(hopper).subarray(0, 20_000),
      'photo.unreadable',
      'is damaged or not a picture',
    ],
    [
      'half a PNG',
      () => readFileSync(collins).subarray(0, 100_000),
      'photo.unreadable',
      'is damaged or not a picture',
    ],
    [
      'an SVG',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'photo.unreadable',
      'is a svg picture; save it as JPEG',
    ],
    [
      'a HEIC',
      () => Buffer.from('....ftypheic....mif1heic'),
      'photo.unreadable',
      'is a HEIC picture, which cannot',
    ],
    ['a BMP', () => Buffer.from(`BM${'.'.repeat(60)}`), 'photo.unreadable', 'is a BMP picture, which cannot'],
    [
      'a JPEG 2000',
      () => Buffer.from('\0\0\0\x0cjP  ....', 'latin1'),
      'photo.unreadable',
      'is a JPEG 2000 picture, which cannot be read; convert it to JPEG',
    ],
    [
      'a header of 50,000 x 50,000',
      () => hugePng(50_000, 50_000),
      'photo.too_large',
      '50000 x 50000 px, over the limit of 100 million',
    ],
    [
      'an interlaced PNG with 16 bits, which cannot be decoded line by line',
      () => hugePng(9900, 9900, { progressive: true, bitdepth: 16 }),
      'photo.too_large',
      'photo is an interlaced PNG of 98 megapixels, which takes 689 MB of memory, over the limit of 130 MB; save it without interlacing, or scale it down to 17 megapixels or fewer',
    ],
  ])('refuses with one sentence: %s', async (_name, make, code, sentence) => {
    const error = await refusal(await make());
    expect(error.code).toBe(code);
    expect(error.message).toContain(sentence);
    expect(error.message).not.toContain('\n');
  });
});
