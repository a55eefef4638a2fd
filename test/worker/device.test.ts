import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Landmarks } from '../../src/face/detection.js';
import { cosine } from '../../src/face/embedding.js';
import type { Image } from '../../src/image/image.js';
import { prepare } from '../../src/models/prepare.js';
import { WorkerPool } from '../../src/worker/pool.js';
import type { Devices, Placement } from '../../src/worker/protocol.js';
import { configWith, startPool } from '../helpers/engine.js';
import { hopper } from '../helpers/paths.js';
import { decodePhoto } from '../helpers/photo.js';

/** The CPU in the place of a device: it takes the same way. */
const standIn = (batch: number, backend = 'cpu'): Placement => ({
  device: { provider: 'stand-in', backend, number: null },
  batch,
});

async function poolOn(devices: Devices, threads = 4) {
  const { config } = configWith();
  const pool = new WorkerPool(threads, (await prepare(config)).settings);
  onTestFinished(() => pool.stop());
  await pool.start(devices);
  return pool;
}

const photo = async () => (await decodePhoto(readFileSync(hopper), 'photo', 100)).image;
const lookTask = (image: Image, landmarks: Landmarks) => ({
  image,
  faces: [landmarks],
  refinement: 'none' as const,
  minSharpness: 0,
  gallery: null,
});

describe('networks on a device', () => {
  it('have the results of those on the CPU, in batches of what waits', async () => {
    const image = await photo();
    const { pool: onCpu } = await startPool();
    const expected = await onCpu.detect({ image });
    const [{ landmarks }] = expected.detections;
    const [wanted] = (await onCpu.look(lookTask(image, landmarks))).looks;

    const pool = await poolOn({ detector: standIn(4), embedder: standIn(4), isStrict: true });
    const before = pool.deviceTally ?? { runs: 0, pictures: 0 };
    const found = await Promise.all(Array.from({ length: 16 }, () => pool.detect({ image })));
    const detected = pool.deviceTally ?? before;
    for (const { detections } of found) {
      expect(detections.length).toBe(expected.detections.length);
      expect(detections[0].score).toBeCloseTo(expected.detections[0].score, 4);
      for (const [index, point] of detections[0].landmarks.entries())
        for (const axis of [0, 1]) expect(point[axis]).toBeCloseTo(landmarks[index][axis], 1);
    }
    expect(detected.pictures - before.pictures).toBe(16);
    expect(detected.runs - before.runs).toBeLessThan(16);

    const looks = await Promise.all(Array.from({ length: 8 }, () => pool.look(lookTask(image, landmarks))));
    for (const {
      looks: [{ embedding }],
    } of looks)
      expect(cosine(embedding as Float32Array, wanted.embedding as Float32Array)).toBeGreaterThan(0.9999);
  });

  it('keep pictures of different sizes apart', async () => {
    const image = await photo();
    const { pool: onCpu } = await startPool();
    const sizes = [640, 128, 320, 640, 128, 320];
    const views = sizes.map((longestSide) => ({ image, view: { longestSide } }));
    const expected = await Promise.all(views.map((task) => onCpu.detect(task)));
    const pool = await poolOn({ detector: standIn(8), embedder: null, isStrict: true });
    const found = await Promise.all(views.map((task) => pool.detect(task)));
    for (const [index, { detections, input }] of found.entries()) {
      expect(input).toEqual(expected[index].input);
      expect(detections.map(({ score }) => score.toFixed(3))).toEqual(
        expected[index].detections.map(({ score }) => score.toFixed(3)),
      );
    }
  });

  it('report a device that cannot be had, and the pool starts on the CPU after it', async () => {
    const { config } = configWith();
    const pool = new WorkerPool(1, (await prepare(config)).settings);
    onTestFinished(() => pool.stop());
    const devices = { detector: standIn(1, 'no-such'), embedder: null, isStrict: false };
    await expect(pool.start(devices)).rejects.toMatchObject({
      code: 'compute.failed',
      message: expect.stringMatching(/^stand-in cannot load the networks: .*backend not found/),
    });
    await pool.start();
    const { detections } = await pool.detect({ image: await photo() });
    expect(detections.length).toBeGreaterThan(0);
  });
});
