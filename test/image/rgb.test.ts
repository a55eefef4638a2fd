import { describe, expect, it } from 'vitest';
import { drawRgbRows } from '../../src/image/rgb.js';
import { flatYuv, rgbImage } from '../helpers/image.js';

describe('drawRgbRows', () => {
  it('converts Y, Cb and Cr, also at odd sizes and in strips', () => {
    const image = flatYuv(5, 3, [81, 90, 240]);
    image.colour = { matrix: 'bt601', fullRange: false };
    const out = new Uint8ClampedArray(45);
    drawRgbRows(image, 0, 2, out);
    expect([...out.subarray(30)].every((value) => value === 0)).toBe(true);
    drawRgbRows(image, 2, 3, out);
    for (let i = 0; i < 45; i += 3) expect([...out.subarray(i, i + 3)]).toEqual([254, 0, 0]);
  });

  it('copies an image that is RGB already', () => {
    const image = rgbImage(3, 2, (x, y) => [x, y, 9]);
    const out = new Uint8ClampedArray(18);
    drawRgbRows(image, 0, 2, out);
    expect([...out]).toEqual([...image.pixels]);
  });
});
