import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadCounts, untilLoaded, untilRun } from '../../src/worker/loading.js';
import type { WorkerSettings } from '../../src/worker/protocol.js';

const settings = {
  detector: {
    id: 'finder',
    path: '/models/finder.onnx',
    kind: 'scrfd',
    minScore: 0.5,
    maxIou: 0.4,
    longestSide: 640,
  },
  embedder: { id: 'namer', path: '/models/namer.onnx', kind: 'arcface', dimension: 128 },
} as unknown as WorkerSettings;
const never = new Promise<void>(() => {});

describe('untilLoaded', () => {
  it.each([
    [[0, 0, 0, 0], 'detector "finder" (/models/finder.onnx)'],
    [[2, 1, 0, 0], 'embedder "namer" (/models/namer.onnx)'],
    [[2, 2, 0, 0], 'the landmark network'],
    [[2, 2, 2, 1], 'the matching network'],
  ])('names the network that does not finish, after %j are loaded', async (loaded, name) => {
    const counts = loadCounts();
    counts.set(loaded);
    await expect(untilLoaded(never, counts, 2, settings, 3, 1)).rejects.toThrow(
      `${name} has not been loaded and run once within 0 s; check the memory`,
    );
  });

  it('waits for a slow machine as long as networks finish', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const counts = loadCounts();
    const outcome = untilLoaded(never, counts, 100, settings, 60_000).catch(({ message }: Error) => message);
    const settled = vi.fn();
    void outcome.then(settled);
    for (let i = 0; i < 10; i++) {
      await vi.advanceTimersByTimeAsync(50_000);
      Atomics.add(counts, 0, 1);
    }
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(62_000);
    expect(await outcome).toContain('within 60 s');
  });

  it('rejects as loading does', async () => {
    await expect(
      untilLoaded(Promise.reject(new Error('no')), loadCounts(), 1, settings, 1000, 1),
    ).rejects.toThrow('no');
  });
});

describe('untilRun', () => {
  it('names the network that does not finish', async () => {
    await expect(untilRun(never, 'embedder', settings, 3, 1)).rejects.toThrow(
      'embedder "namer" (/models/namer.onnx) has not finished the test picture within 0 s',
    );
    await expect(untilRun(Promise.resolve(5), 'embedder', settings, 1000, 1)).resolves.toBe(5);
  });
});
