import { describe, expect, it } from 'vitest';
import { COLOUR_BITS, imageBytes, yuvWeights } from '../../src/image/colour.js';
import { type Fit, planFit, type View } from '../../src/image/fit.js';
import type { ColourSpace, Image } from '../../src/image/image.js';
import { Letterbox } from '../../src/image/letterbox.js';
import type { Normalisation } from '../../src/image/normalisation.js';
import { flatYuv, rgbImage } from '../helpers/image.js';

const plain: Normalisation = { order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] };

function draw(image: Image, normalisation: Normalisation, longestSide: number, view: View = {}) {
  const fit = planFit(image, { kind: 'dynamic', longestSide }, view);
  const letterbox = new Letterbox(normalisation);
  letterbox.draw(image, fit).fill(Number.NaN);
  const out = letterbox.draw(image, fit);
  const at = (channel: number, x: number, y: number) =>
    out[channel * fit.width * fit.height + y * fit.width + x];
  return { fit, out, at };
}

/** The same pixel by pixel, in integers as the product has it. */
function byFormula(
  { width, height, pixels, colour }: Image,
  fit: Fit,
  { mean, std }: Normalisation,
): number[] {
  const { luma, rv, gu, gv, bu, bias } = yuvWeights(colour);
  const taps = (length: number, output: number, scale: number, offset: number) =>
    Array.from({ length: output }, (_, i) => {
      if (i < Math.round(offset) || i >= Math.round(offset + length * scale)) return null;
      const position = Math.min(length - 1, Math.max(0, (i - offset + 0.5) / scale - 0.5));
      const near = Math.min(Math.max(0, length - 2), Math.floor(position));
      const weight = Math.round((position - near) * 256);
      return { near, weight, chroma: (near + (weight < 128 ? 0 : 1)) >> 1 };
    });
  const columns = taps(width, fit.width, fit.scale, fit.offsetX);
  const rows = taps(height, fit.height, fit.scale, fit.offsetY);
  const chromaWidth = (width + 1) >> 1;
  const first = columns.findIndex((tap) => tap !== null);
  const rgb = rows.flatMap((row) =>
    columns.map((column, x) => {
      if (!row || !column) return [0, 0, 0];
      const at = (dx: number, dy: number) => pixels[(row.near + dy) * width + column.near + dx];
      const blend = (a: number, b: number) => (a << 8) + (b - a) * column.weight;
      const [upper, lower] = [blend(at(0, 0), at(1, 0)), blend(at(0, 1), at(1, 1))];
      const y = ((upper << 8) + (lower - upper) * row.weight) >> 16;
      // Two pixels share a sample: that of the left one.
      const chroma = columns[x - ((x - first) % 2)]?.chroma ?? 0;
      const u = pixels[width * height + row.chroma * chromaWidth + chroma] - 128;
      const v =
        pixels[width * height + chromaWidth * ((height + 1) >> 1) + row.chroma * chromaWidth + chroma] - 128;
      return [y * luma + v * rv, y * luma - u * gu - v * gv, y * luma + u * bu].map((sum) =>
        Math.min(255, Math.max(0, (sum + bias) >> COLOUR_BITS)),
      );
    }),
  );
  return [2, 1, 0].flatMap((channel) => rgb.map((value) => (value[channel] - mean[channel]) / std[channel]));
}

describe('Letterbox', () => {
  it('copies pixels one to one where the sizes agree', () => {
    const image = rgbImage(64, 32, (x, y) => [x, y, x + y]);
    const { at } = draw(image, plain, 64);
    for (const [x, y] of [
      [0, 0],
      [17, 9],
      [63, 31],
    ]) {
      expect([at(0, x, y), at(1, x, y), at(2, x, y)]).toEqual([x, y, x + y]);
    }
  });

  it('scales a ramp to the same ramp, aligned at pixel centres', () => {
    const image = rgbImage(128, 64, (x) => [x, 0, 0]);
    const { at } = draw(image, plain, 64);
    // An output pixel covers two source pixels: its centre lies between them.
    for (let x = 0; x < 64; x++) expect(Math.abs(at(0, x, 16) - (2 * x + 0.5))).toBeLessThanOrEqual(1);
  });

  it('blackens everything outside the image, where the region is larger', () => {
    const white = rgbImage(100, 40, () => [255, 255, 255]);
    const { fit, at } = draw(white, plain, 96, { region: { x1: -25, y1: -25, x2: 125, y2: 65 } });
    expect(at(0, 0, 0)).toBe(0);
    expect(at(0, fit.width - 1, fit.height - 1)).toBe(0);
    expect(at(0, Math.round(fit.offsetX + 50 * fit.scale), Math.round(fit.offsetY + 20 * fit.scale))).toBe(
      255,
    );
  });

  it('places the brightness of yuv420p within a margin as it does that of rgb24', () => {
    const ramp = (x: number) => Math.round(2 * x);
    const rgb = rgbImage(100, 40, (x) => [ramp(x), ramp(x), ramp(x)]);
    const yuv = flatYuv(100, 40, [0, 128, 128]);
    for (let i = 0; i < 100 * 40; i++) yuv.pixels[i] = ramp(i % 100);
    yuv.colour = { matrix: 'bt601', fullRange: true };
    const view = { region: { x1: -25, y1: -25, x2: 125, y2: 65 } };
    const [expected, found] = [draw(rgb, plain, 96, view), draw(yuv, plain, 96, view)];
    for (let i = 0; i < expected.out.length; i++)
      expect(Math.abs(found.out[i] - expected.out[i])).toBeLessThanOrEqual(1);
  });

  it.each([
    [90, [0, 1, 2, 3]],
    [180, [3, 2, 1, 0]],
    [270, [3, 2, 1, 0]],
  ] as const)('turns the picture clockwise by %i degrees', (turn, quarters) => {
    const image = rgbImage(64, 32, (x) => [10 * Math.floor(x / 16), 0, 0]);
    const { fit, at } = draw(image, plain, 64, { turn });
    const isSideways = turn !== 180;
    expect([fit.width, fit.height]).toEqual(isSideways ? [32, 64] : [64, 32]);
    const seen = [8, 24, 40, 56].map((along) => (isSideways ? at(0, 16, along) : at(0, along, 16)));
    expect(seen).toEqual(quarters.map((quarter) => 10 * quarter));
  });

  it.each<[string, number, number, View]>([
    ['one to one', 45, 37, {}],
    [
      'enlarged, with a margin on every side',
      45,
      37,
      { region: { x1: -7, y1: -5, x2: 60, y2: 41 }, longestSide: 201 },
    ],
    ['shrunk, a part of it', 131, 75, { region: { x1: 9, y1: 6, x2: 110, y2: 70 }, longestSide: 63 }],
    ['not at all, beside it', 40, 30, { region: { x1: 50, y1: 40, x2: 90, y2: 70 } }],
  ])('converts each pixel of yuv420p by the formula: %s', (_name, width, height, view) => {
    const image = flatYuv(width, height, [0, 0, 0]);
    for (let i = 0; i < image.pixels.length; i++) image.pixels[i] = (i * 7919) % 251;
    const fit = planFit(image, { kind: 'dynamic', longestSide: width }, view);
    const normalisation: Normalisation = { order: 'bgr', mean: [1, 2, 3], std: [2, 4, 8] };
    const { out } = draw(image, normalisation, width, view);
    expect([...out]).toEqual(byFormula(image, fit, normalisation));
  });

  it('writes every value of the input, whatever the size', () => {
    for (const [width, height] of [
      [1, 1],
      [33, 17],
      [640, 360],
      [3, 999],
    ]) {
      for (const image of [
        rgbImage(width, height, () => [9, 9, 9]),
        flatYuv(width, height, [60, 128, 128]),
      ]) {
        expect(draw(image, plain, 320).out.some(Number.isNaN)).toBe(false);
      }
    }
  });

  it('normalises with mean and std and writes the channels in the given order', () => {
    const image = rgbImage(32, 32, () => [10, 20, 30]);
    const bgr: Normalisation = { order: 'bgr', mean: [10, 10, 10], std: [1, 2, 4] };
    const { at } = draw(image, bgr, 32);
    expect([at(0, 5, 5), at(1, 5, 5), at(2, 5, 5)]).toEqual([(30 - 10) / 4, (20 - 10) / 2, 0]);
  });

  it.each<[string, [number, number, number], [number, number, number]]>([
    ['black', [16, 128, 128], [0, 0, 0]],
    ['white', [235, 128, 128], [255, 255, 255]],
    ['BT.709 red', [63, 102, 240], [255, 0, 0]],
    ['BT.709 green', [173, 42, 26], [0, 255, 0]],
    ['BT.709 blue', [32, 240, 118], [0, 0, 255]],
  ])('converts %s of limited-range video', (_name, yuv, rgb) => {
    const { at } = draw(flatYuv(64, 32, yuv), plain, 64);
    for (const channel of [0, 1, 2])
      expect(Math.abs(at(channel, 20, 20) - rgb[channel])).toBeLessThanOrEqual(2);
  });

  it('reads the chroma of the right pixels, even at the edges of odd sizes', () => {
    const image = flatYuv(33, 31, [128, 128, 128]);
    // The last chroma column belongs to the last luma column alone.
    for (let row = 0; row < 16; row++) image.pixels[33 * 31 + 17 * 16 + row * 17 + 16] = 240;
    const fit = { width: 64, height: 32, scale: 1, offsetX: 0, offsetY: 0, turn: 0 } as const;
    const out = new Letterbox(plain).draw(image, fit);
    const red = (x: number, y: number) => out[y * 64 + x];
    expect(red(31, 30)).toBeLessThan(140);
    expect(red(32, 30)).toBeGreaterThan(200);
  });
});

describe('yuvWeights and imageBytes', () => {
  it.each<ColourSpace>([
    { matrix: 'bt601', fullRange: true },
    { matrix: 'bt709', fullRange: false },
    { matrix: 'bt2020', fullRange: false },
  ])('convert white to white, grey to grey and black to black: %o', (colour) => {
    const { luma, bias } = yuvWeights(colour);
    const grey = (y: number) => (luma * y + bias) >> COLOUR_BITS;
    expect(grey(colour.fullRange ? 255 : 235)).toBe(255);
    expect(grey(colour.fullRange ? 128 : 126)).toBe(128);
    expect(grey(colour.fullRange ? 0 : 16)).toBe(0);
  });

  it('include the rounded-up chroma of images with odd sizes', () => {
    expect(imageBytes('yuv420p', 3, 3)).toBe(9 + 2 * 4);
    expect(imageBytes('rgb24', 3, 3)).toBe(27);
  });
});
