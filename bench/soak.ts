import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DEMO_CLIP,
  ended,
  familyOf,
  metricsOf,
  pause,
  startDaemon,
  startRtspServer,
  sum,
  writeConfig,
} from './daemon.js';
import { median, slope } from './statistics.js';

/** A soak to run. */
export interface SoakOptions {
  /** Duration. */
  minutes: number;
  /** Interval at which the RTSP server is killed and started again. */
  cutEverySeconds: number;
  signal: AbortSignal;
  onProgress: (minutes: number, text: string) => void;
}

/** How a daemon's resources changed over a soak. */
export interface SoakResult {
  minutes: number;
  /** Kills of the RTSP server. */
  cuts: number;
  /** Reconnect attempts of its camera. */
  restarts: number;
  /** Frames processed, over all cameras. */
  frames: number;
  /** Resident memory of both processes together, MB: median of the first and the last quarter of the settled time. */
  firstMb: number;
  lastMb: number;
  slopeMbPerHour: number;
  /** Open descriptors of both processes, and processes with the decoders, while all cameras are live; same quarters. */
  descriptors: [first: number, last: number];
  processes: [first: number, last: number];
}

interface Sample {
  minute: number;
  mb: number;
  descriptors: number;
  processes: number;
}

const SAMPLE_MS = 5000;
const DOWN_MS = 3000;
/** Minutes until memory has settled: an hour, or half of a run shorter than two hours. */
const settledAfter = (minutes: number) => Math.min(60, minutes / 2);

/** Runs a daemon on an RTSP camera that is cut now and then, a test pattern and a recording. */
export async function measureSoak({
  minutes,
  cutEverySeconds,
  signal,
  onProgress,
}: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  let { server, port } = await startRtspServer(DEMO_CLIP);
  const config = writeConfig(folder, [
    { id: 'cut', url: `rtsp://127.0.0.1:${port}/cam`, fps: 5 },
    { id: 'pattern', url: 'test:640x360', fps: 5 },
    { id: 'recording', url: DEMO_CLIP, loop: true },
  ]);
  const { daemon, address } = await startDaemon(config);
  const samples: Sample[] = [];
  const beginMs = performance.now();
  const minute = () => (performance.now() - beginMs) / 60_000;
  let cuts = 0;
  try {
    while (minute() < minutes && !signal.aborted) {
      await pause(SAMPLE_MS, signal);
      if (await isAllLive(address)) samples.push(sample(daemon.pid ?? 0, minute()));
      onProgress(minute(), `${cuts} cuts, ${samples.at(-1)?.mb.toFixed(0) ?? '-'} MB`);
      if (minute() * 60 < (cuts + 1) * cutEverySeconds) continue;
      cuts++;
      server.kill('SIGKILL');
      await pause(DOWN_MS, signal);
      ({ server, port } = await startRtspServer(DEMO_CLIP, port));
    }
    const metrics = await metricsOf(address);
    const settled = samples.filter((one) => one.minute >= settledAfter(minutes));
    const quarter = Math.max(1, Math.floor(settled.length / 4));
    const middle = (part: Sample[], field: keyof Sample) => median(part.map((one) => one[field]));
    const [first, last] = [settled.slice(0, quarter), settled.slice(-quarter)];
    return {
      minutes: minute(),
      cuts,
      restarts: sum(metrics, 'spotter_camera_restarts_total', 'camera="cut"'),
      frames: sum(metrics, 'spotter_frames_total', 'outcome="processed"'),
      firstMb: middle(first, 'mb'),
      lastMb: middle(last, 'mb'),
      slopeMbPerHour: 60 * slope(settled.map((one) => [one.minute, one.mb])),
      descriptors: [middle(first, 'descriptors'), middle(last, 'descriptors')],
      processes: [middle(first, 'processes'), middle(last, 'processes')],
    };
  } finally {
    await ended(daemon);
    await ended(server);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function isAllLive(address: string): Promise<boolean> {
  return sum(await metricsOf(address), 'spotter_camera_up', '') === 3;
}

function sample(root: number, minute: number): Sample {
  const family = familyOf(root);
  const own = family.filter(({ name }) => name !== 'ffmpeg');
  return {
    minute,
    mb: own.reduce((total, { mb }) => total + mb, 0),
    descriptors: own.reduce((total, { pid }) => total + readdirSync(`/proc/${pid}/fd`).length, 0),
    processes: family.length,
  };
}
