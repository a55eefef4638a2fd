import type { Config } from '../src/config/schema.js';
import { throwIfInterrupted } from '../src/core/errors.js';
import { Engine } from '../src/engine/engine.js';
import { modelSpeed } from '../src/engine/modelSpeed.js';
import { type Prepared, prepare } from '../src/models/prepare.js';
import { type AccuracyTask, measureAccuracy } from './accuracy.js';
import type { IdentificationRow } from './identification.js';
import type { FaceMeant } from './photoLooks.js';
import type { VerificationResult } from './verification.js';

/** Labelled photos: whether two show one person, and who it is. Null: not measured. */
export interface LabelledSets {
  verification: AccuracyTask | null;
  identification: AccuracyTask | null;
}

/** What is measured of a pair of models, the same for each. */
export interface PairMeasurement extends LabelledSets {
  /** Recording that is scanned, over and over if it is short. */
  clip: string;
  /** How long it is scanned, after a second to get going, s. */
  seconds: number;
  face: FaceMeant;
  /** People in the gallery of `identification`, at most. */
  people: number;
  /** Random galleries of that size. */
  draws: number;
}

/** One pair to measure. */
export interface PairTask extends PairMeasurement {
  /** Names the pair. */
  config: Config;
  /** Value of --models. */
  modelFolder: string | undefined;
}

/** The figures of a pair. */
export interface PairFigures {
  /** On all cores. */
  framesPerSecond: number;
  /** Detector alone on a frame of 720p, one thread, ms. */
  detectMs: number;
  /** Embedder alone on one face, one thread, ms. */
  embedMs: number;
  /** Most resident memory of the process while it scanned, without ffmpeg, MB. */
  peakMb: number;
  verification: VerificationResult | null;
  identification: IdentificationRow | null;
  /** Labelled photos that cannot be read. */
  unreadable: number;
}

const WARM_UP_MS = 1000;

/**
 * Measures a pair of models in this process, which should have done nothing else before: memory is that of the process.
 *
 * @throws SpotterError model.*, video.*, usage, interrupted
 */
export async function measurePair(task: PairTask, signal: AbortSignal): Promise<PairFigures> {
  const { config, modelFolder, face, people, draws } = task;
  const prepared = await prepare(config, modelFolder);
  const framesPerSecond = await scan(task, prepared, signal);
  throwIfInterrupted(signal);
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const speed = await modelSpeed(prepared.settings);
  const measure = (photos: AccuracyTask | null) =>
    photos && measureAccuracy(photos, { config, prepared, face, sizes: [people], draws, signal });
  const verified = await measure(task.verification);
  const identified = await measure(task.identification);
  return {
    framesPerSecond,
    ...speed,
    peakMb,
    verification: verified?.verification ?? null,
    identification: identified?.identification?.at(-1) ?? null,
    unreadable: (verified?.unreadable.length ?? 0) + (identified?.unreadable.length ?? 0),
  };
}

/** @returns frames per second */
async function scan(
  { config, clip, seconds }: PairTask,
  prepared: Prepared,
  signal: AbortSignal,
): Promise<number> {
  const engine = new Engine(config, prepared);
  let [frames, startedMs, begunMs, lastMs] = [0, 0, 0, 0];
  try {
    await engine.start(signal);
    const source = engine.recording('bench', clip, { loop: true });
    await source.open();
    signal.addEventListener('abort', () => source.stop(), { once: true });
    const isDone = () => begunMs > 0 && lastMs - begunMs >= 1000 * seconds;
    const onReport = () => {
      if (isDone()) return;
      lastMs = performance.now();
      startedMs ||= lastMs;
      if (lastMs - startedMs < WARM_UP_MS) return;
      if (begunMs === 0) begunMs = lastMs;
      else frames++;
      if (isDone()) source.stop();
    };
    await engine.camera({ id: 'bench', onEvent: () => {}, onReport }).play(source.frames());
  } finally {
    await engine.stop();
  }
  return (1000 * frames) / (lastMs - begunMs);
}
