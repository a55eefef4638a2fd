import type { Config } from '../src/config/schema.js';
import { Engine } from '../src/engine/engine.js';
import type { Prepared } from '../src/models/prepare.js';
import { slope } from './statistics.js';

/** A memory measurement to run. */
export interface MemoryOptions {
  config: Config;
  prepared: Prepared;
  clip: string;
  /** Frames to process; the clip is played over and over. */
  frames: number;
  signal: AbortSignal;
}

/** Resident memory of this process, without ffmpeg, MB. */
export interface MemoryResult {
  /** By number of processed frames. */
  samples: { frame: number; rssMb: number }[];
  peakMb: number;
  /** Least-squares slope from frame 1,000 on, MB per 10,000 frames. */
  growthPer10k: number;
}

/** Memory is stable from this frame on. */
const SETTLED_FRAME = 1000;
const SAMPLE_EVERY = 500;
const MB = 1 << 20;

/** Measures the resident memory of a long scan. */
export async function measureMemory({
  config,
  prepared,
  clip,
  frames,
  signal,
}: MemoryOptions): Promise<MemoryResult> {
  const engine = new Engine(config, prepared);
  const samples: MemoryResult['samples'] = [];
  let peak = 0;
  let seen = 0;
  try {
    await engine.start(signal);
    const source = engine.recording('bench', clip, { loop: true });
    await source.open();
    signal.addEventListener('abort', () => source.stop(), { once: true });
    const camera = engine.camera({
      id: 'bench',
      onEvent: () => {},
      onReport: () => {
        seen++;
        if (seen % SAMPLE_EVERY === 0) {
          const rss = process.memoryUsage.rss() / MB;
          peak = Math.max(peak, rss);
          samples.push({ frame: seen, rssMb: rss });
        }
        if (seen >= frames) source.stop();
      },
    });
    await camera.play(source.frames());
  } finally {
    await engine.stop();
  }
  return {
    samples,
    peakMb: peak,
    growthPer10k:
      slope(samples.filter(({ frame }) => frame >= SETTLED_FRAME).map(({ frame, rssMb }) => [frame, rssMb])) *
      10_000,
  };
}
