import { describe, expect, it } from 'vitest';
import { imageBytes } from '../../src/image/colour.js';
import type { Image } from '../../src/image/image.js';
import { shrunkCopy } from '../../src/image/shrink.js';
import { flatYuv } from '../helpers/image.js';

/** A picture whose luma is its column. */
function ramp(width: number, height: number): Image {
  const image = flatYuv(width, height, [0, 90, 200]);
  for (let at = 0; at < width * height; at++) image.pixels[at] = at % width;
  return image;
}

describe('shrunkCopy', () => {
  it('halves a picture that is twice as wide as needed, and keeps its colours', () => {
    const { width, height, pixels } = shrunkCopy(ramp(64, 32), 32);
    expect([width, height]).toEqual([32, 16]);
    expect([...pixels.subarray(0, 4)]).toEqual([1, 3, 5, 7]);
    expect(new Set(pixels.subarray(32 * 16, 32 * 16 + 16 * 8))).toEqual(new Set([90]));
    expect(new Set(pixels.subarray(32 * 16 + 16 * 8))).toEqual(new Set([200]));
  });

  it.each([
    [101, 57, 25],
    [33, 99, 10],
    [640, 360, 100],
  ])('reads nothing beside the picture: %d x %d to %d', (width, height, least) => {
    const image = { ...flatYuv(width, height, [77, 88, 99]) };
    const small = shrunkCopy(image, least);
    expect(small.pixels.length).toBe(imageBytes('yuv420p', small.width, small.height));
    expect(new Set(small.pixels)).toEqual(new Set([77, 88, 99]));
    expect(small.width).toBeGreaterThanOrEqual(least - 1);
  });

  it('copies a picture that is not wide enough to be shrunk', () => {
    const image = ramp(40, 20);
    const copy = shrunkCopy(image, 30);
    expect(copy).toEqual(image);
    expect(copy.pixels).not.toBe(image.pixels);
  });
});
