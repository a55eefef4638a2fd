import type { Size } from '../core/geometry.js';
import { chromaLength, imageBytes } from './colour.js';
import type { Image } from './image.js';

/** A plane of 8-bit samples within an image. */
interface Plane extends Size {
  offset: number;
}

/**
 * A copy of a yuv420p image, with sides shrunk by the largest whole factor that leaves it at least so wide (less one px); each sample is the mean
 * of four of the block that it stands for. Up to a block is left out on the right and below. An rgb24 image is copied as it is.
 *
 * @param leastWidth px, above 0
 */
export function shrunkCopy(image: Image, leastWidth: number): Image {
  const { width, height, pixels, format } = image;
  const factor = Math.max(1, Math.floor(width / leastWidth));
  const own = { width: evenPart(width, factor), height: evenPart(height, factor) };
  if (factor === 1 || format !== 'yuv420p' || own.width === 0 || own.height === 0)
    return { ...image, pixels: new Uint8Array(pixels) };
  const out = new Uint8Array(imageBytes('yuv420p', own.width, own.height));
  const from = planesOf(image);
  planesOf(own).forEach((plane, index) => {
    shrinkPlane(pixels, from[index], factor, out, plane);
  });
  return { ...image, ...own, pixels: out };
}

/** The length after shrinking, even, so that blocks of chroma lie within the image too. */
function evenPart(length: number, factor: number): number {
  return Math.floor(length / factor) & ~1;
}

function planesOf({ width, height }: Size): Plane[] {
  const chroma = { width: chromaLength(width), height: chromaLength(height) };
  const offset = width * height;
  return [
    { width, height, offset: 0 },
    { ...chroma, offset },
    { ...chroma, offset: offset + chroma.width * chroma.height },
  ];
}

function shrinkPlane(
  pixels: Uint8Array,
  from: Plane,
  factor: number,
  out: Uint8Array,
  { width, height, offset }: Plane,
): void {
  const near = Math.floor(factor / 4);
  const far = Math.floor((factor * 3) / 4);
  const across = far - near;
  for (let y = 0; y < height; y++) {
    let top = from.offset + (y * factor + near) * from.width + near;
    let bottom = top + across * from.width;
    const row = offset + y * width;
    for (let x = 0; x < width; x++) {
      const sum = pixels[top] + pixels[top + across] + pixels[bottom] + pixels[bottom + across];
      out[row + x] = (sum + 2) >> 2;
      top += factor;
      bottom += factor;
    }
  }
}
