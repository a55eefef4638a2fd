import { describe, expect, it } from 'vitest';
import { crop, evenArea } from '../../src/image/crop.js';
import type { Image } from '../../src/image/image.js';
import { drawRgbRows } from '../../src/image/rgb.js';
import { flatYuv, rgbImage } from '../helpers/image.js';

function rgbOf(image: Image): number[] {
  const rgb = new Uint8ClampedArray(image.width * image.height * 3);
  drawRgbRows(image, 0, image.height, rgb);
  return [...rgb];
}

describe('crop', () => {
  it('copies a part of an RGB image', () => {
    const image = rgbImage(7, 5, (x, y) => [x, y, 9]);
    const part = crop(image, { left: 2, top: 1, width: 2, height: 3 });
    expect([part.width, part.height]).toEqual([2, 3]);
    expect([...part.pixels]).toEqual([2, 1, 9, 3, 1, 9, 2, 2, 9, 3, 2, 9, 2, 3, 9, 3, 3, 9]);
  });

  it.each([
    [{ left: 2, top: 4, width: 4, height: 2 }],
    [{ left: 4, top: 2, width: 3, height: 5 }],
    [{ left: 0, top: 0, width: 7, height: 7 }],
  ])('shows the same colours in a part of a yuv420p image: %o', (area) => {
    const image = flatYuv(7, 7, [0, 0, 0]);
    image.pixels.forEach((_, i) => {
      image.pixels[i] = (i * 37) % 251;
    });
    const part = crop(image, area);
    const whole = rgbOf(image);
    const expected = [];
    for (let y = area.top; y < area.top + area.height; y++)
      expected.push(...whole.slice((y * 7 + area.left) * 3, (y * 7 + area.left + area.width) * 3));
    expect(rgbOf(part)).toEqual(expected);
  });

  it('widens an area to an even corner', () => {
    expect(evenArea({ left: 3, top: 4, width: 5, height: 6 })).toEqual({
      left: 2,
      top: 4,
      width: 6,
      height: 6,
    });
  });
});
