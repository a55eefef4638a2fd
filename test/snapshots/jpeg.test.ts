import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Box } from '../../src/core/geometry.js';
import { wholeOf } from '../../src/image/crop.js';
import type { Image } from '../../src/image/image.js';
import { encodeFrame, encodePictures } from '../../src/snapshots/jpeg.js';
import { aFace, good } from '../helpers/film.js';
import { flatYuv, rgbImage } from '../helpers/image.js';

/** R, G, B of one pixel of a JPEG. */
async function colourAt(jpeg: Uint8Array | null, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(jpeg ?? undefined)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
}

/** A look at a face in a frame, all of which is kept. */
function look(image: Image, box: Box) {
  const frame = { width: image.width, height: image.height };
  return { image, area: wholeOf(frame), frame, face: { ...aFace, box }, quality: good };
}

const near = (colour: number[]) => colour.map((value) => expect.closeTo(value, -1.7));

describe('encodePictures', () => {
  const image = rgbImage(800, 400, (x, y) =>
    x >= 300 && x < 500 && y >= 100 && y < 300 ? [200, 40, 40] : [20, 20, 90],
  );
  const box = { x1: 300, y1: 100, x2: 500, y2: 300 };
  const settings = { maxWidth: 400, quality: 95, masks: [] };

  it('makes the scaled-down frame with the box, and the face with a margin', async () => {
    const { frame, face } = await encodePictures(look(image, box), settings);
    expect(await sharp(frame ?? undefined).metadata()).toMatchObject({
      format: 'jpeg',
      width: 400,
      height: 200,
    });
    expect(await sharp(face).metadata()).toMatchObject({ format: 'jpeg', width: 520, height: 400 });
    expect(await colourAt(frame, 200, 100)).toEqual(near([200, 40, 40]));
    expect(await colourAt(frame, 20, 20)).toEqual(near([20, 20, 90]));
    // The line is thin and JPEG halves the resolution of colours: neither the face's 40 nor the background's 20.
    expect((await colourAt(frame, 150, 100))[1]).toBeGreaterThan(120);
    // No box, and the face in the middle.
    expect(await colourAt(face, 260, 180)).toEqual(near([200, 40, 40]));
    expect(await colourAt(face, 10, 180)).toEqual(near([20, 20, 90]));
  });

  it('paints over masked areas', async () => {
    const masks = [
      [
        [0, 0],
        [0.375, 0],
        [0.375, 1],
        [0, 1],
      ],
    ] as const;
    const { frame, face } = await encodePictures(look(image, box), { ...settings, masks });
    expect(await colourAt(frame, 20, 20)).toEqual(near([128, 128, 128]));
    expect(await colourAt(frame, 380, 20)).toEqual(near([20, 20, 90]));
    expect(await colourAt(face, 10, 180)).toEqual(near([128, 128, 128]));
    expect(await colourAt(face, 180, 180)).toEqual(near([200, 40, 40]));
  });

  it('clips the face at the edges of the frame, however large or odd it is', async () => {
    const { face } = await encodePictures(look(image, { x1: -50, y1: -20, x2: 790, y2: 410 }), settings);
    expect(await sharp(face).metadata()).toMatchObject({ width: 640, height: 320 });
    const tiny = await encodePictures(
      look(flatYuv(3, 3, [128, 128, 128]), { x1: 2.6, y1: 2.6, x2: 2.9, y2: 9 }),
      settings,
    );
    expect(await sharp(tiny.face).metadata()).toMatchObject({ format: 'jpeg' });
  });
});

describe('encodeFrame', () => {
  const image = rgbImage(400, 200, (x) => (x < 200 ? [200, 40, 40] : [20, 20, 90]));
  const left = [
    [0, 0],
    [0.25, 0],
    [0.25, 1],
    [0, 1],
  ] as const;

  it.each([
    [400, 400],
    [1000, 400],
    [100, 100],
  ])('scales a frame down to %d px, never up, and paints its masks over', async (maxWidth, width) => {
    const made = await encodeFrame(image, { maxWidth, quality: 90, masks: [left] });
    expect(made).toMatchObject({ width, height: width / 2 });
    expect(await sharp(made.jpeg).metadata()).toMatchObject({ format: 'jpeg', width, height: width / 2 });
    const at = (share: number) => colourAt(made.jpeg, Math.round(width * share), 10);
    expect(await at(0.1)).toEqual(near([128, 128, 128]));
    expect(await at(0.35)).toEqual(near([200, 40, 40]));
    expect(await at(0.9)).toEqual(near([20, 20, 90]));
  });
});
