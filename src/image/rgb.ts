import { COLOUR_BITS, chromaLength, yuvWeights } from './colour.js';
import type { Image } from './image.js';

/**
 * Converts some rows of an image to R, G, B bytes, so that a large image can be converted in pieces.
 *
 * @param from first row, even
 * @param to row after the last
 * @param out 3 bytes per pixel of the whole image; only these rows are written
 */
export function drawRgbRows(image: Image, from: number, to: number, out: Uint8ClampedArray): void {
  const { pixels, width, height, format } = image;
  if (format === 'rgb24') {
    out.set(pixels.subarray(from * width * 3, to * width * 3), from * width * 3);
    return;
  }
  const { luma, rv, gu, gv, bu, bias } = yuvWeights(image.colour);
  const chromaWidth = chromaLength(width);
  const uPlane = width * height;
  const vPlane = uPlane + chromaWidth * chromaLength(height);
  for (let y = from; y < to; y++) {
    const chroma = (y >> 1) * chromaWidth;
    const row = y * width;
    // Two pixels share a chroma sample; the last one of an odd row has a sample of its own.
    for (let x = 0; x < width; x += 2) {
      const u = pixels[uPlane + chroma + (x >> 1)] - 128;
      const v = pixels[vPlane + chroma + (x >> 1)] - 128;
      const red = Math.imul(v, rv) + bias;
      const green = bias - Math.imul(u, gu) - Math.imul(v, gv);
      const blue = Math.imul(u, bu) + bias;
      const first = Math.imul(pixels[row + x], luma);
      const o = (row + x) * 3;
      out[o] = (first + red) >> COLOUR_BITS;
      out[o + 1] = (first + green) >> COLOUR_BITS;
      out[o + 2] = (first + blue) >> COLOUR_BITS;
      if (x + 1 === width) break;
      const second = Math.imul(pixels[row + x + 1], luma);
      out[o + 3] = (second + red) >> COLOUR_BITS;
      out[o + 4] = (second + green) >> COLOUR_BITS;
      out[o + 5] = (second + blue) >> COLOUR_BITS;
    }
  }
}
