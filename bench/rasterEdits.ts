import sharp, { type Sharp } from 'sharp';
import type { Image } from '../src/image/image.js';

/** An empty picture, rgb24, black. */
export function newImage(width: number, height: number): Image {
  return {
    width,
    height,
    format: 'rgb24',
    colour: { matrix: 'bt601', fullRange: true },
    pixels: new Uint8Array(new SharedArrayBuffer(3 * width * height)),
  };
}

/** A copy with a Gaussian blur. @param sigma px, 0.3..1000 */
export function gaussianBlur(image: Image, sigma: number): Promise<Image> {
  return toImage(open(image).blur(Math.max(0.3, sigma)));
}

/** A copy as it comes back from a JPEG. @param quality 1..100 */
export async function encodeJpeg(image: Image, quality: number): Promise<Image> {
  return toImage(sharp(await open(image).jpeg({ quality }).toBuffer()));
}

/** A copy of another size. @param scale up to 1 @returns with the scale that whole pixels allow */
export async function shrink(image: Image, scale: number): Promise<{ image: Image; scale: number }> {
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const shrunk = await toImage(open(image).resize(width, height, { fit: 'fill' }));
  return { image: shrunk, scale: width / image.width };
}

/** A copy with shapes drawn on it. @param shapes elements of SVG, in image px */
export function drawShapes(image: Image, shapes: string): Promise<Image> {
  const { width, height } = image;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes}</svg>`;
  return toImage(open(image).composite([{ input: Buffer.from(svg) }]));
}

function open({ pixels, width, height }: Image) {
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

async function toImage(edited: Sharp): Promise<Image> {
  const { data, info } = await edited.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const image = newImage(info.width, info.height);
  image.pixels.set(data);
  return image;
}
