import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Point } from '../../src/core/geometry.js';
import type { Landmarks } from '../../src/face/detection.js';
import { cosine } from '../../src/face/embedding.js';
import { type Refinement, tiltDeg } from '../../src/face/uprightViews.js';
import type { Image } from '../../src/image/image.js';
import { startPool } from '../helpers/engine.js';
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

async function started() {
  const { pool } = await startPool();
  onTestFinished(() => pool.stop());
  const find = async (image: Image) => (await pool.detect({ image })).detections[0].landmarks;
  const look = async (image: Image, face: Landmarks, refinement: Refinement) =>
    (await pool.look({ image, faces: [face], refinement, minSharpness: 0, gallery: null })).looks[0];
  return { find, look };
}

describe('WorkerPool.look', () => {
  it('finds a tilted face again upright, and so embeds it like the upright one', async () => {
    const { find, look } = await started();
    const embed = async (image: Image, refinement: Refinement) =>
      (await look(image, await find(image), refinement)).embedding as Float32Array;
    const [upright, tilted] = [await photo(0), await photo(55)];
    const asFound = await embed(tilted, 'none');
    const wanted = await embed(upright, 'none');
    for (const refinement of ['tilted', 'all'] as const)
      expect(cosine(await embed(tilted, refinement), wanted)).toBeGreaterThan(cosine(asFound, wanted) + 0.03);
    // It is not tilted, so nothing is done.
    expect(cosine(await embed(upright, 'tilted'), wanted)).toBeCloseTo(1, 6);
  });

  it('finds a face again until it is upright, as one that is strongly tilted is found too upright', async () => {
    const { find, look } = await started();
    const [upright, tilted] = [await photo(0), await photo(70)];
    const face = rotated(await find(upright), 70, middle(upright), middle(tilted));
    const centre = face[2];
    const tooUpright = rotated(face, -30, centre, centre);
    expect(tiltDeg(tooUpright)).toBeLessThan(50);
    const { landmarks } = await look(tilted, tooUpright, 'tilted');
    expect(Math.abs(tiltDeg(landmarks) - tiltDeg(face))).toBeLessThan(9);
  });
});
