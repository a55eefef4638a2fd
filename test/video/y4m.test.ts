import { describe, expect, it } from 'vitest';
import type { Size } from '../../src/core/geometry.js';
import { Y4mReader } from '../../src/video/y4m.js';

const HEADER = 'YUV4MPEG2 W4 H2 F10:1 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2 XCOLORRANGE=LIMITED\n';
const FRAME_BYTES = 4 * 2 + 2 * (2 * 1);

function frame(value: number, parameters = ''): Buffer {
  return Buffer.concat([Buffer.from(`FRAME${parameters}\n`), Buffer.alloc(FRAME_BYTES, value)]);
}

/** Reads a stream in chunks of `chunkBytes`. */
function read(
  bytes: Buffer,
  chunkBytes: number,
  acquire: () => Uint8Array | null = () => new Uint8Array(FRAME_BYTES),
) {
  const sizes: Size[] = [];
  const frames: (number[] | null)[] = [];
  const faults: unknown[] = [];
  let rests = 0;
  const reader = new Y4mReader({
    onSize: (size) => sizes.push(size),
    acquire,
    onFrame: (pixels) => frames.push(pixels && [...new Set(pixels)]),
    onFault: (error) => faults.push(error),
    onRest: () => rests++,
  });
  for (let offset = 0; offset < bytes.length; offset += chunkBytes)
    reader.write(bytes.subarray(offset, offset + chunkBytes));
  reader.end();
  return { sizes, frames, faults, rests: () => rests };
}

describe('Y4mReader', () => {
  it.each([1, 2, 7, 13, 18, 19, 1000])('assembles frames from chunks of %i bytes', (chunkBytes) => {
    // The pixels of a frame may contain line ends (10).
    const bytes = Buffer.concat([Buffer.from(HEADER), frame(1), frame(10), frame(3, ' Ip')]);
    const { sizes, frames, faults } = read(bytes, chunkBytes);
    expect(sizes).toEqual([{ width: 4, height: 2 }]);
    expect(frames).toEqual([[1], [10], [3]]);
    expect(faults).toEqual([]);
  });

  it('skips a frame for which there is no memory', () => {
    const buffers = [new Uint8Array(FRAME_BYTES), null, new Uint8Array(FRAME_BYTES)];
    const bytes = Buffer.concat([Buffer.from(HEADER), frame(1), frame(2), frame(3)]);
    expect(read(bytes, 5, () => buffers.shift() ?? null).frames).toEqual([[1], null, [3]]);
  });

  it('returns the memory of a frame that is cut off', () => {
    const { frames, rests } = read(
      Buffer.concat([Buffer.from(HEADER), frame(1), frame(2).subarray(0, 12)]),
      64,
    );
    expect(frames).toEqual([[1]]);
    expect(rests()).toBe(1);
  });

  it.each([
    ['no header', 'FRAME\n'],
    ['no size', 'YUV4MPEG2 F10:1\n'],
    ['another format', 'YUV4MPEG2 W4 H2 C444\n'],
    ['a line without end', 'Y'.repeat(5000)],
    ['a frame elsewhere', `${HEADER}GARBAGE\n`],
  ])('reports a stream with %s once and reads no further', (_what, text) => {
    const { frames, faults } = read(Buffer.concat([Buffer.from(text), frame(1), frame(2)]), 16);
    expect(frames).toEqual([]);
    expect(faults).toEqual([expect.objectContaining({ code: 'internal' })]);
  });

  it('passes an error thrown by a callback to onFault', () => {
    const refusal = new Error('too large');
    const { faults } = read(Buffer.from(HEADER), 16, () => {
      throw refusal;
    });
    expect(faults).toEqual([]);
    const begun = read(Buffer.concat([Buffer.from(HEADER), frame(1)]), 16, () => {
      throw refusal;
    });
    expect(begun.faults).toEqual([refusal]);
  });
});
