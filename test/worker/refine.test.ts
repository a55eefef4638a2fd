import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cosine } from '../../src/face/embedding.js';
import type { Refinement } from '../../src/face/uprightViews.js';
import { startPool } from '../helpers/engine.js';
import { hopper } from '../helpers/paths.js';
import { decodePhoto } from '../helpers/photo.js';

describe('WorkerPool.look', () => {
  it('finds a tilted face again upright, and so embeds it like the upright one', async () => {
    const { pool } = await startPool();
    const upright = readFileSync(hopper);
    const tilted = await sharp(upright)
      .rotate(35, { background: '#808080' })
      .jpeg({ quality: 95 })
      .toBuffer();
    const embed = async (bytes: Uint8Array, refinement: Refinement) => {
      const { image } = await decodePhoto(bytes, 'photo', 100);
      const [{ landmarks }] = (await pool.detect({ image })).detections;
      const task = { image, faces: [landmarks], refinement, minSharpness: 0, gallery: null };
      const [{ embedding }] = (await pool.look(task)).looks;
      return embedding as Float32Array;
    };
    const asFound = await embed(tilted, 'none');
    const wanted = await embed(upright, 'none');
    for (const refinement of ['tilted', 'all'] as const)
      expect(cosine(await embed(tilted, refinement), wanted)).toBeGreaterThan(cosine(asFound, wanted) + 0.03);
    // It is not tilted, so nothing is done.
    expect(cosine(await embed(upright, 'tilted'), wanted)).toBeCloseTo(1, 6);
    await pool.stop();
  });
});
