import type { Image } from '../../src/image/image.js';

/** A picture painted pixel by pixel: `colour` gives R, G, B, 0..255. */
export function rgbImage(
  width: number,
  height: number,
  colour: (x: number, y: number) => [number, number, number],
): Image {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set(colour(x, y), (y * width + x) * 3);
  }
  return { format: 'rgb24', width, height, colour: { matrix: 'bt601', fullRange: true }, pixels };
}

/** A yuv420p picture of one colour, given as Y, U, V bytes. */
export function flatYuv(width: number, height: number, [y, u, v]: [number, number, number]): Image {
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  const pixels = new Uint8Array(width * height + 2 * chroma);
  pixels
    .fill(y, 0, width * height)
    .fill(u, width * height, width * height + chroma)
    .fill(v, width * height + chroma);
  return { format: 'yuv420p', width, height, colour: { matrix: 'bt709', fullRange: false }, pixels };
}
