import { Networks } from '../worker/networks.js';
import type { WorkerSettings } from '../worker/protocol.js';

/** Time of one run on one thread, ms. */
export interface ModelSpeed {
  /** A whole frame. */
  detectMs: number;
  /** One face. */
  embedMs: number;
}

/** Frames of cameras have this shape, px. */
const FRAME = { width: 1280, height: 720 };
/** One network is measured for this long, ms. */
const MEASURE_MS = 600;
const LEAST_RUNS = 3;
const MOST_RUNS = 50;

/**
 * Measures how long the networks take on this machine, in this thread, which is blocked for about a second.
 *
 * @throws SpotterError of {@link Networks.load}
 */
export async function modelSpeed(settings: WorkerSettings): Promise<ModelSpeed> {
  const { detector, embedder } = await Networks.load(settings);
  const pixels = new Uint8Array(FRAME.width * FRAME.height * 3).fill(128);
  const colour = { matrix: 'bt709', fullRange: true } as const;
  const frame = { ...FRAME, format: 'rgb24', colour, pixels } as const;
  await detector.detect(frame);
  const fit = detector.plan(frame);
  return {
    detectMs: await medianMs(() => detector.runNetwork(fit)),
    embedMs: await medianMs(() => embedder.runNetwork()),
  };
}

async function medianMs(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  const start = performance.now();
  const isEnough = () =>
    times.length >= MOST_RUNS || (times.length >= LEAST_RUNS && performance.now() - start > MEASURE_MS);
  while (!isEnough()) {
    const before = performance.now();
    await run();
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}
