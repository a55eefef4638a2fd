import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepare } from '../../src/models/prepare.js';
import { WorkerPool } from '../../src/worker/pool.js';
import { configWith, startPool } from '../helpers/engine.js';
import { hopper, root } from '../helpers/paths.js';
import { decodePhoto } from '../helpers/photo.js';

const photo = () => decodePhoto(readFileSync(hopper), 'photo', 100);

describe('WorkerPool', () => {
  it('finishes its tasks before it stops, and refuses new ones', async () => {
    const { pool } = await startPool();
    const { image } = await photo();
    const running = Array.from({ length: 12 }, () => pool.detect({ image }));
    const stopping = pool.stop();
    await expect(pool.detect({ image })).rejects.toThrow(/is stopping/);
    const results = await Promise.all(running);
    expect(results.every(({ detections }) => detections.length > 0)).toBe(true);
    await stopping;
    await pool.stop();
  });

  it('runs a look, and the detection of a view, ahead of waiting detections', async () => {
    // Several threads may end in another order than they began.
    const { pool } = await startPool(undefined, undefined, { threads: 1 });
    const { image } = await photo();
    const [{ landmarks }] = (await pool.detect({ image })).detections;
    const order: string[] = [];
    const detections = Array.from({ length: 12 }, (_, i) =>
      pool.detect({ image }).then(() => order.push(`detect ${i}`)),
    );
    const look = pool
      .look({ image, faces: [landmarks], refinement: 'all', minSharpness: 0, gallery: null })
      .then(() => order.push('look'));
    const view = pool.detect({ image, view: { longestSide: 64 } }).then(() => order.push('view'));
    await Promise.all([...detections, look, view]);
    expect(Math.max(order.indexOf('look'), order.indexOf('view'))).toBeLessThan(7);
  });

  it('runs background work behind detections, but not forever', async () => {
    const { pool } = await startPool(undefined, undefined, { threads: 1 });
    const { image } = await photo();
    const order: string[] = [];
    const enqueue = (name: string, lane: Pick<WorkerPool, 'detect'>) =>
      lane.detect({ image }).then(() => order.push(name));
    const first = [enqueue('first', pool), enqueue('second', pool)];
    const waiting = enqueue('background', pool.background);
    const rest = Array.from({ length: 20 }, (_, i) => enqueue(`detect ${i}`, pool));
    await Promise.all([...first, waiting, ...rest]);
    expect(order.indexOf('background')).toBeGreaterThan(4);
    expect(order.indexOf('background')).toBeLessThan(16);
  });

  it.skipIf(availableParallelism() < 2)(
    'gives a picture that is alone several threads, and finds the same in it',
    async () => {
      const { pool } = await startPool(undefined, undefined, { sharesRuns: true });
      const { image } = await photo();
      const together = await Promise.all([pool.detect({ image }), pool.detect({ image })]);
      const running = pool.detect({ image });
      const [startMs, busyMs] = [performance.now(), pool.busyMs];
      // Nothing can end while this thread waits, so that all of it counts, for every thread that the picture occupies.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      const share = (pool.busyMs - busyMs) / (performance.now() - startMs);
      expect(share).toBeCloseTo(pool.threads, 1);
      const alone = await running;
      for (const { detections } of together) {
        expect(detections).toHaveLength(alone.detections.length);
        for (const [index, { box }] of detections.entries())
          expect(box.x1).toBeCloseTo(alone.detections[index].box.x1, 3);
      }
    },
  );

  it('measures oldestTaskMs from when a thread takes the task, not while it waits', async () => {
    const { pool } = await startPool();
    const { image } = await photo();
    const startMs = performance.now();
    const oldest: number[] = [];
    const look = () => oldest.push(pool.oldestTaskMs / (performance.now() - startMs));
    await Promise.all(Array.from({ length: 30 }, () => pool.background.detect({ image }).then(look)));
    // The last tasks have been in the pool since the start, but with a thread only briefly.
    expect(Math.max(...oldest.slice(20))).toBeLessThan(0.5);
    expect(Math.max(...oldest)).toBeGreaterThan(0);
    expect(pool.oldestTaskMs).toBe(0);
  });

  it('rejects start() with the name of a model that does not fit', async () => {
    const { config } = configWith((draft) => {
      draft.detector = 'wrong';
      draft.models.declared = [
        {
          kind: 'yunet',
          id: 'wrong',
          file: path.join(root, 'models/spotter-det.onnx'),
          colour: 'rgb',
          mean: [0, 0, 0],
          std: [1, 1, 1],
          score: 0.5,
          trial: true,
          data: [],
          reach: [16, 300],
          landmarks: 'network',
        },
      ];
    });
    const pool = new WorkerPool(2, (await prepare(config)).settings);
    await expect(pool.start()).rejects.toMatchObject({
      code: 'model.unfit',
      message: expect.stringContaining('model "wrong"'),
    });
    await pool.stop();
  });
});
