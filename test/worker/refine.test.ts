import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Point } from '../../src/core/geometry.js';
import type { Landmarks } from '../../src/face/detection.js';
import { cosine } from '../../src/face/embedding.js';
import { type Refinement, tiltDeg } from '../../src/face/uprightViews.js';
import type { Image } from '../../src/image/image.js';
import { prepare } from '../../src/models/prepare.js';
import { WorkerPool } from '../../src/worker/pool.js';
import { configWith } from '../helpers/engine.js';
import { hopper } from '../helpers/paths.js';
import { decodePhoto } from '../helpers/photo.js';

/** Hopper, rotated clockwise. */
async function photo(deg: number): Promise<Image> {
  const turned = sharp(readFileSync(hopper)).rotate(deg, { background: '#808080' });
  return (await decodePhoto(await turned.jpeg({ quality: 95 }).toBuffer(), 'photo', 100)).image;
}

/** Landmarks rotated clockwise around a point, which is moved to another one. */
function rotated(landmarks: Landmarks, deg: number, [x, y]: Point, [toX, toY]: Point): Landmarks {
  const [sin, cos] = [Math.sin((deg * Math.PI) / 180), Math.cos((deg * Math.PI) / 180)];
  const move = ([u, v]: Point): Point => [
    toX + cos * (u - x) - sin * (v - y),
    toY + sin * (u - x) + cos * (v - y),
  ];
  const [a, b, c, d, e] = landmarks;
  return [move(a), move(b), move(c), move(d), move(e)];
}

const middle = ({ width, height }: Image): Point => [width / 2, height / 2];

/** The built-in pair. @param landmarks what finds the landmarks of a face once more */
async function started(landmarks: 'network' | 'detector') {
  const { settings } = await prepare(configWith().config);
  const pool = new WorkerPool(1, landmarks === 'network' ? settings : { ...settings, landmarks: null });
  await pool.start();
  onTestFinished(() => pool.stop());
  const find = async (image: Image) => (await pool.detect({ image })).detections[0].landmarks;
  const look = async (image: Image, face: Landmarks, refinement: Refinement) =>
    (await pool.look({ image, faces: [face], refinement, minSharpness: 0, gallery: null })).looks[0];
  const embed = async (image: Image, refinement: Refinement) =>
    (await look(image, await find(image), refinement)).embedding as Float32Array;
  return { find, look, embed };
}

/** Mean distance of the landmarks, as a share of the distance of the eyes. */
function error(found: Landmarks, wanted: Landmarks): number {
  const [left, right] = wanted;
  const distances = found.map(([x, y], i) => Math.hypot(x - wanted[i][0], y - wanted[i][1]));
  return (
    distances.reduce((sum, one) => sum + one, 0) / 5 / Math.hypot(left[0] - right[0], left[1] - right[1])
  );
}

describe('WorkerPool.look with the landmark network', () => {
  it('embeds a tilted face like the upright one', async () => {
    const { embed } = await started('network');
    const [upright, tilted] = [await photo(0), await photo(55)];
    const wanted = await embed(upright, 'tilted');
    const [asFound, refined] = [await embed(tilted, 'none'), await embed(tilted, 'tilted')];
    expect(cosine(refined, wanted)).toBeGreaterThan(cosine(asFound, wanted) + 0.03);
    expect(cosine(await embed(upright, 'none'), wanted)).toBeGreaterThan(0.9);
  });

  it('finds the landmarks of a face from landmarks that are rotated, shifted or of another size', async () => {
    const { find, look } = await started('network');
    const [upright, tilted] = [await photo(0), await photo(70)];
    const { landmarks: right } = await look(upright, await find(upright), 'all');
    const wanted = rotated(right, 70, middle(upright), middle(tilted));
    const [x, y] = wanted[2];
    const far = (wanted[1][0] - wanted[0][0]) / 3;
    const wrong = [
      rotated(wanted, -40, [x, y], [x, y]),
      rotated(wanted, 25, [x, y], [x + far, y]),
      wanted.map(([u, v]) => [x + (u - x) * 1.4, y + (v - y) * 1.4]) as unknown as Landmarks,
    ];
    for (const landmarks of wrong) {
      expect(error(landmarks, wanted)).toBeGreaterThan(0.2);
      expect(error((await look(tilted, landmarks, 'tilted')).landmarks, wanted)).toBeLessThan(0.1);
    }
  });

  it('leaves landmarks as they are where it is told to, and where they span no area', async () => {
    const { find, look } = await started('network');
    const image = await photo(0);
    const found = await find(image);
    expect((await look(image, found, 'none')).landmarks).toEqual(found);
    const point = found.map(() => [50, 50]) as unknown as Landmarks;
    expect(await look(image, point, 'tilted')).toMatchObject({ landmarks: point, embedding: null });
  });
});

describe('WorkerPool.look without the landmark network', () => {
  it('finds a tilted face again upright, and so embeds it like the upright one', async () => {
    const { embed } = await started('detector');
    const [upright, tilted] = [await photo(0), await photo(55)];
    const asFound = await embed(tilted, 'none');
    const wanted = await embed(upright, 'none');
    for (const refinement of ['tilted', 'all'] as const)
      expect(cosine(await embed(tilted, refinement), wanted)).toBeGreaterThan(cosine(asFound, wanted) + 0.03);
    // It is not tilted, so nothing is done.
    expect(cosine(await embed(upright, 'tilted'), wanted)).toBeCloseTo(1, 6);
  });

  it('finds a face again until it is upright, as one that is strongly tilted is found too upright', async () => {
    const { find, look } = await started('detector');
    const [upright, tilted] = [await photo(0), await photo(70)];
    const face = rotated(await find(upright), 70, middle(upright), middle(tilted));
    const centre = face[2];
    const tooUpright = rotated(face, -30, centre, centre);
    expect(tiltDeg(tooUpright)).toBeLessThan(50);
    const { landmarks } = await look(tilted, tooUpright, 'tilted');
    expect(Math.abs(tiltDeg(landmarks) - tiltDeg(face))).toBeLessThan(9);
  });
});
