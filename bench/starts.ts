import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { LiveSource } from '../src/video/liveSource.js';
import { type Spread, spreadOf } from './statistics.js';

/** What is left after decoders were started and stopped. */
export interface StartsResult {
  runs: number;
  /** Child processes left at the end, and how many of them are zombies. */
  left: number;
  zombies: number;
  /** Open descriptors before and after. */
  descriptors: [before: number, after: number];
  /** From stop() to the end of the decoder, ms. */
  stopMs: Spread;
}

/** Runs that are not measured. */
const WARM_UP = 4;
/** Longest time from the start to stop(). */
const LATEST_MS = 400;

/** Starts decoders of the test pattern and stops each at a random moment, before or after its first frame. */
export async function measureStarts(runs: number, signal: AbortSignal): Promise<StartsResult> {
  for (let run = 0; run < WARM_UP; run++) await startAndStop(run);
  const before = openDescriptors();
  const times: number[] = [];
  for (let run = 0; run < runs && !signal.aborted; run++) times.push(await startAndStop(run));
  const after = openDescriptors();
  const states = childStates();
  return {
    runs: times.length,
    left: states.length,
    zombies: states.filter((state) => state === 'Z').length,
    descriptors: [before, after],
    stopMs: spreadOf(times),
  };
}

async function startAndStop(run: number): Promise<number> {
  const listener = {
    onFrame: () => {},
    onDropped: () => {},
    onProcess: () => {},
    onNotice: () => {},
    onRemark: () => {},
  };
  const options = {
    transport: 'tcp',
    fps: null,
    maxWidth: 640,
    rotate: 0,
    hardware: 'none',
    input: {},
    demuxer: null,
  } as const;
  const limits = {
    connectMs: 30_000,
    keyframeMs: 30_000,
    frameAgeMs: 30_000,
    staleMs: 1000,
    redact: (text: string) => text,
  };
  const source = new LiveSource(
    { cameraId: `run-${run}`, url: 'test:640x360', ...options, ...limits },
    listener,
  );
  const ready = source.ready();
  // Every other decoder is stopped only once it delivers frames, which nobody reads.
  if (run % 2 === 0) await ready;
  await sleep(Math.random() * LATEST_MS);
  const startMs = performance.now();
  source.stop();
  await Promise.all([ready, source.ended()]);
  return performance.now() - startMs;
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** The state letters of all child processes, from /proc. */
function childStates(): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const [, state, parent] =
          /^\d+ \(.*\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        return Number(parent) === process.pid && state !== undefined ? [state] : [];
      } catch {
        return [];
      }
    });
}
