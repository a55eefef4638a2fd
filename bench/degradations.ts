import type { Detection } from '../src/face/detection.js';
import type { Image } from '../src/image/image.js';
import { maskShapes, sunglassesShapes } from './covers.js';
import { normalNumbers } from './random.js';
import { drawShapes, encodeJpeg, gaussianBlur, newImage, shrink } from './rasterEdits.js';

/** A picture made worse in one way, and how large it became. */
export interface Degraded {
  image: Image;
  /** Px of this image per px of the original. */
  scale: number;
}

/** A way to make the picture of a face worse. */
export interface Degradation {
  name: string;
  /** What is done, for a person who reads the table. */
  about: string;
  /**
   * Changes a copy of the picture.
   *
   * @param image rgb24
   * @param face whose picture is made worse; landmarks in image px
   * @param random as Math.random
   */
  apply(image: Image, face: Detection, random: () => number): Promise<Degraded>;
}

/** What is done to known faces, from nothing on. Sizes and blur are relative to the face, so that they mean the same for any photo. */
export const DEGRADATIONS: readonly Degradation[] = [
  keepsSize('as they are', 'the photos themselves', (image) => image),
  keepsSize('blur', 'Gaussian, sigma 3 % of the size of the face', (image, face) =>
    gaussianBlur(image, 0.03 * sizeOf(face)),
  ),
  keepsSize('strong blur', 'sigma 6 %', (image, face) => gaussianBlur(image, 0.06 * sizeOf(face))),
  keepsSize('low light', 'a tenth of the light, with the noise of a sensor, brightened again', lowLight),
  keepsSize('grey', 'luma alone', (image) => toGrey(image, [0.299, 0.587, 0.114])),
  keepsSize('infrared', 'imitated: grey from red, low contrast, lit from the camera', infrared),
  keepsSize('JPEG', 'quality 10', (image) => encodeJpeg(image, 10)),
  atSize('64 px', 64),
  atSize('40 px', 40),
  atSize('24 px', 24),
  keepsSize('tilt 30', 'rotated by 30 degrees in the picture', (image, face) => tilt(image, face, 30)),
  keepsSize('tilt 60', 'rotated by 60 degrees', (image, face) => tilt(image, face, 60)),
  keepsSize('turn 45', 'imitated: the photo on a cylinder turned by 45 degrees', (image, face) =>
    turnAside(image, face, 45),
  ),
  keepsSize(
    'profile',
    'imitated: the cylinder turned by 75 degrees; a quarter of the face remains',
    (image, face) => turnAside(image, face, 75),
  ),
  keepsSize('mask', 'drawn, from the bridge of the nose to the chin', (image, { landmarks }) =>
    drawShapes(image, maskShapes(landmarks)),
  ),
  keepsSize('sunglasses', 'drawn, two dark lenses and a bridge', (image, { landmarks }) =>
    drawShapes(image, sunglassesShapes(landmarks)),
  ),
];

type Edit = (image: Image, face: Detection, random: () => number) => Image | Promise<Image>;

function keepsSize(name: string, about: string, edit: Edit): Degradation {
  return {
    name,
    about,
    apply: async (image, face, random) => ({ image: await edit(image, face, random), scale: 1 }),
  };
}

/** Shrinks the picture until the face has a size, as its box does: geometric mean of width and height, px. */
function atSize(name: string, px: number): Degradation {
  return {
    name,
    about: `the face shrunk to ${px} px`,
    // A face that is smaller already stays as it is.
    apply: (image, face) => shrink(image, Math.min(1, px / sizeOf(face))),
  };
}

/** Geometric mean of width and height, px. */
function sizeOf({ box }: Detection): number {
  return Math.sqrt((box.x2 - box.x1) * (box.y2 - box.y1));
}

/** Light that remains, and the noise of a sensor whose full scale is 255: its own, and that of the photons. */
const DARK = { light: 0.1, readNoise: 1.2, shotNoise: 0.25 };

function lowLight(image: Image, _face: Detection, random: () => number): Image {
  const normal = normalNumbers(random);
  const dark = newImage(image.width, image.height);
  for (let i = 0; i < dark.pixels.length; i++) {
    const light = DARK.light * image.pixels[i];
    const noise = normal() * Math.hypot(DARK.readNoise, DARK.shotNoise * Math.sqrt(light));
    // What the sensor counts is whole; a camera then brightens it, with the noise, to half of the original.
    dark.pixels[i] = clampByte((Math.round(light + noise) * 0.5) / DARK.light);
  }
  return dark;
}

function toGrey(
  image: Image,
  [r, g, b]: readonly [number, number, number],
  curve = (luma: number) => luma,
): Image {
  const grey = newImage(image.width, image.height);
  for (let i = 0; i < grey.pixels.length; i += 3) {
    const luma = r * image.pixels[i] + g * image.pixels[i + 1] + b * image.pixels[i + 2];
    grey.pixels.fill(clampByte(curve(luma)), i, i + 3);
  }
  return grey;
}

function infrared(image: Image, { box }: Detection): Image {
  // Skin is bright and even in infrared light, lips and eyes pale: mostly red, lifted and flattened.
  const grey = toGrey(image, [0.9, 0.1, 0], (luma) => 70 + 150 * (luma / 255) ** 0.8);
  const [x, y] = [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2];
  const reach = 1.2 * Math.hypot(box.x2 - box.x1, box.y2 - box.y1);
  for (let row = 0, i = 0; row < grey.height; row++) {
    for (let column = 0; column < grey.width; column++, i += 3) {
      const light = 1 / (1 + (Math.hypot(column - x, row - y) / reach) ** 2);
      grey.pixels.fill(clampByte(grey.pixels[i] * light), i, i + 3);
    }
  }
  return grey;
}

/** Rotates the picture clockwise around the middle of a face. */
function tilt(image: Image, { box }: Detection, deg: number): Image {
  const [x, y] = [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2];
  const [cos, sin] = [Math.cos((deg * Math.PI) / 180), Math.sin((deg * Math.PI) / 180)];
  return remap(image, (column, row) => [
    x + (column - x) * cos + (row - y) * sin,
    y - (column - x) * sin + (row - y) * cos,
  ]);
}

/**
 * Imitates a head turned to the right: the photo lies on an upright cylinder as wide as the face, which is turned. The nose
 * does not stand out, and the side of the head, which the photo does not show, is the stretched edge of the face.
 */
function turnAside(image: Image, { box }: Detection, deg: number): Image {
  const middle = (box.x1 + box.x2) / 2;
  const radius = 0.55 * (box.x2 - box.x1);
  const turn = (deg * Math.PI) / 180;
  return remap(image, (column, row) => {
    const across = (column - middle) / radius;
    // Beside the head, and above and below it, the picture stays.
    if (Math.abs(across) >= 1 || row < box.y1 - radius || row > box.y2) return [column, row];
    const angle = Math.max(-Math.PI / 2, Math.asin(across) - turn);
    return [middle + radius * Math.sin(angle), row];
  });
}

/** Fetches every pixel from elsewhere, between pixels by bilinear interpolation; beyond the edge is the edge. */
function remap(image: Image, from: (column: number, row: number) => readonly [number, number]): Image {
  const { width, height, pixels } = image;
  const result = newImage(width, height);
  for (let row = 0, o = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = from(column, row);
      const left = Math.min(width - 1, Math.max(0, x));
      const top = Math.min(height - 1, Math.max(0, y));
      const [x0, y0] = [Math.floor(left), Math.floor(top)];
      const [x1, y1] = [Math.min(width - 1, x0 + 1), Math.min(height - 1, y0 + 1)];
      const [wx, wy] = [left - x0, top - y0];
      for (let channel = 0; channel < 3; channel++, o++) {
        const at = (px: number, py: number) => pixels[(py * width + px) * 3 + channel];
        const upper = at(x0, y0) * (1 - wx) + at(x1, y0) * wx;
        const lower = at(x0, y1) * (1 - wx) + at(x1, y1) * wx;
        result.pixels[o] = Math.round(upper * (1 - wy) + lower * wy);
      }
    }
  }
  return result;
}

function clampByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
