import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { photoLimitsOf } from '../../src/engine/photoLimits.js';
import { TEMPLATE } from '../../src/face/align.js';
import type { Detection, Landmarks } from '../../src/face/detection.js';
import { cosine } from '../../src/face/embedding.js';
import { type EnrolLimits, enrol, type PhotoResult } from '../../src/gallery/enrol.js';
import { findMainFace } from '../../src/gallery/mainFace.js';
import { findFaces, type PhotoFaceEngine } from '../../src/gallery/photoFaces.js';
import type { Turn, View } from '../../src/image/fit.js';
import { LENIENT_QUALITY } from '../helpers/camera.js';
import { startPool } from '../helpers/engine.js';
import { rgbImage } from '../helpers/image.js';
import { collins, hopper } from '../helpers/paths.js';
import { decodePhoto } from '../helpers/photo.js';

const timing = { fitMs: 0, modelMs: 0, decodeMs: 0 };
const limits: EnrolLimits = {
  quality: LENIENT_QUALITY,
  minDominance: 2,
  minSharpness: 0,
  detector: { reach: [32, 360], longestSide: 640 },
};

/** A face in a photo. @param size width, px */
function face(x: number, y: number, size: number, score = 0.9): Detection {
  const at = ([u, v]: readonly [number, number]) => [x + (u * size) / 112, y + (v * size) / 112] as const;
  return {
    box: { x1: x, y1: y, x2: x + size, y2: y + 1.25 * size },
    landmarks: TEMPLATE.map(at) as unknown as Landmarks,
    score,
  };
}

/** Something in a photo that is found in the views that `isSeen` selects. */
interface Thing {
  detection: Detection;
  isSeen(turn: Turn, isClose: boolean, view: View): boolean;
}

/** A detector whose photo holds some things. */
function engineWith(things: readonly Thing[]): PhotoFaceEngine {
  const isIn = ({ box }: Detection, { region }: View) =>
    !region || (box.x1 >= region.x1 && box.y1 >= region.y1 && box.x2 <= region.x2 && box.y2 <= region.y2);
  return {
    detect: async ({ view = {} }) => {
      const isClose = isSmall(view);
      const seen = things.filter(
        ({ detection, isSeen }) => isIn(detection, view) && isSeen(view.turn ?? 0, isClose, view),
      );
      return { detections: seen.map(({ detection }) => detection), timing };
    },
    look: async () => Promise.reject(new Error('nothing is embedded')),
  };
}

/** A view of one face and its surroundings; those of the whole photo are wider than it. */
const isSmall = ({ region }: View) => region !== undefined && region.x2 - region.x1 < 1000;
const upright = (turn: Turn) => turn === 0;
const image = rgbImage(1000, 800, () => [0, 0, 0]);

describe('findMainFace', () => {
  it('takes the largest face that a closer look confirms, not the largest thing that was found', async () => {
    const moon = {
      detection: face(600, 100, 200),
      isSeen: (turn: Turn, close: boolean) => turn === 0 && !close,
    };
    const person = { detection: face(100, 300, 100), isSeen: upright };
    const main = await findMainFace(engineWith([moon, person]), image, limits, 2);
    expect(main).toMatchObject({ kind: 'face', detection: person.detection, turn: 0, rivals: 0 });
    expect(await findMainFace(engineWith([moon]), image, limits, 2)).toMatchObject({ kind: 'none' });
    const isAtOneSize = (turn: Turn, close: boolean, { longestSide }: View) =>
      turn === 0 && (!close || longestSide === 240);
    const lucky = { ...moon, isSeen: isAtOneSize };
    expect(await findMainFace(engineWith([lucky, person]), image, limits, 2)).toMatchObject({
      kind: 'face',
      detection: person.detection,
    });
  });

  it('reports faces that are nearly as large, but no part of the face itself', async () => {
    const person = { detection: face(100, 100, 200), isSeen: upright };
    const eye = { detection: face(110, 140, 80, 0.7), isSeen: upright };
    const other = { detection: face(600, 100, 180), isSeen: upright };
    const rivals = async (...things: Thing[]) => {
      const main = await findMainFace(engineWith(things), image, limits, 8);
      return main.kind === 'face' ? main.rivals : main.kind;
    };
    expect(await rivals(person, eye)).toBe(0);
    expect(await rivals(person, eye, other)).toBe(1);
  });

  it('does not decide where two ways up are as likely', async () => {
    const person = { detection: face(100, 100, 200, 0.8), isSeen: upright };
    const [a, b, nose, c, d] = person.detection.landmarks;
    const onItsHead: Landmarks = [d, c, nose, b, a];
    const turned = {
      detection: { ...person.detection, landmarks: onItsHead, score: 0.79 },
      isSeen: (turn: Turn, close: boolean) => turn === 180 && close,
    };
    expect(await findMainFace(engineWith([person, turned]), image, limits, 2)).toEqual({ kind: 'undecided' });
    const clear = { ...turned, detection: { ...turned.detection, score: 0.95 } };
    expect(await findMainFace(engineWith([person, clear]), image, limits, 2)).toMatchObject({ turn: 180 });
  });
});

describe('enrol', () => {
  it('takes the whole face of a close-up, and turns a photo on its head or side', async () => {
    const { pool, config, prepared } = await startPool();
    const own = photoLimitsOf(config, prepared);
    const read = async (photo: Sharp | Buffer): Promise<PhotoResult & { state: 'used' }> => {
      const bytes = Buffer.isBuffer(photo) ? photo : await photo.png().toBuffer();
      const { image: decoded } = await decodePhoto(bytes, 'photo', 100);
      const result = await enrol(pool, decoded, own);
      if (result.state !== 'used') throw new Error(result.message);
      return result;
    };
    const grace = await read(readFileSync(hopper));
    expect(grace.note).toBeUndefined();
    const eileen = await read(readFileSync(collins));
    const closeUp = (file: string, left: number, top: number, width: number, height: number) =>
      sharp(file).extract({ left, top, width, height }).resize(150, 150, { fit: 'fill' });
    const graceClose = await read(closeUp(hopper, 160, 120, 220, 250));
    expect(cosine(graceClose.embedding, grace.embedding)).toBeGreaterThan(0.7);
    expect(cosine(graceClose.embedding, eileen.embedding)).toBeLessThan(0.42);
    for (const [degrees, note] of [
      [180, 'turned by 180 degrees: the photo stands on its head'],
      [90, 'turned by 270 degrees: the face lies on its side in it'],
    ] as const) {
      const turned = await read(sharp(collins).rotate(degrees));
      expect(turned.note).toBe(note);
      expect(cosine(turned.embedding, eileen.embedding)).toBeGreaterThan(0.8);
    }
  });

  it('requires more sharpness of a photo than of a frame', async () => {
    const { pool, config, prepared } = await startPool();
    const own = photoLimitsOf(config, prepared);
    expect(own.minSharpness).toBeGreaterThan(config.quality.minSharpness);
    const blurred = await sharp(collins).blur(2.6).png().toBuffer();
    const { image: decoded } = await decodePhoto(blurred, 'photo', 100);
    expect(await enrol(pool, decoded, own)).toMatchObject({ state: 'unusable', fault: 'blurred' });
    const asFrame = { ...own, minSharpness: config.quality.minSharpness };
    expect(await enrol(pool, decoded, asFrame)).toMatchObject({ state: 'used' });
  });
});

describe('findFaces', () => {
  it('adds what only another scale shows if a closer look confirms it, best score first', async () => {
    const always = () => true;
    const near = { detection: face(100, 100, 200, 0.8), isSeen: always };
    const onlyCoarse = (close: boolean, view: View) => close || (view.region !== undefined && !isSmall(view));
    const huge = {
      detection: face(550, 50, 400, 0.9),
      isSeen: (_turn: Turn, close: boolean, view: View) => onlyCoarse(close, view),
    };
    const ghost = {
      detection: face(300, 400, 250, 0.95),
      isSeen: (_turn: Turn, close: boolean, view: View) => !close && onlyCoarse(close, view),
    };
    expect(await findFaces(engineWith([near, huge, ghost]), image, limits)).toEqual([
      huge.detection,
      near.detection,
    ]);
  });
});
