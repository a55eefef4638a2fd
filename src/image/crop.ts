import type { Size } from '../core/geometry.js';
import { chromaLength } from './colour.js';
import type { Image } from './image.js';

/** A part of a picture, in whole px. */
export interface Area extends Size {
  left: number;
  top: number;
}

/** The whole of a picture. */
export function wholeOf({ width, height }: Size): Area {
  return { left: 0, top: 0, width, height };
}

/** An area that can be cut out of any image: its corner is even, since in yuv420p four pixels share their colours. */
export function evenArea({ left, top, width, height }: Area): Area {
  const [x, y] = [left & 1, top & 1];
  return { left: left - x, top: top - y, width: width + x, height: height + y };
}

/** A copy of a part of an image. @param area inside the image; see {@link evenArea} */
export function crop(image: Image, area: Area): Image {
  const { width, height } = area;
  const { pixels, format } = image;
  if (format === 'rgb24') {
    const cut = new Uint8Array(3 * width * height);
    copyRows(pixels, 0, 3 * image.width, { ...area, left: 3 * area.left, width: 3 * width }, cut, 0);
    return { ...image, width, height, pixels: cut };
  }
  const [from, to] = [image, area].map((size) => [chromaLength(size.width), chromaLength(size.height)]);
  const cut = new Uint8Array(width * height + 2 * to[0] * to[1]);
  copyRows(pixels, 0, image.width, area, cut, 0);
  const half = { left: area.left >> 1, top: area.top >> 1, width: to[0], height: to[1] };
  for (const plane of [0, 1]) {
    const start = image.width * image.height + plane * from[0] * from[1];
    copyRows(pixels, start, from[0], half, cut, width * height + plane * to[0] * to[1]);
  }
  return { ...image, width, height, pixels: cut };
}

function copyRows(
  pixels: Uint8Array,
  start: number,
  rowLength: number,
  { left, top, width, height }: Area,
  cut: Uint8Array,
  cutStart: number,
): void {
  for (let row = 0; row < height; row++) {
    const from = start + (top + row) * rowLength + left;
    cut.set(pixels.subarray(from, from + width), cutStart + row * width);
  }
}
