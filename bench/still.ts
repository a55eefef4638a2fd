import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../src/config/schema.js';
import { packageRoot } from '../src/core/package.js';
import { Engine } from '../src/engine/engine.js';
import type { Prepared } from '../src/models/prepare.js';
import { childrenCpuMs } from './statistics.js';

/** A measurement of surveillance film to run. */
export interface StillOptions {
  config: Config;
  prepared: Prepared;
  /** Duration of the film, minutes. */
  minutes: number;
  fps: number;
  /** Width of the video in px, 16:9. */
  width: number;
  /** Of the video, kbit/s. */
  kbps: number;
  onProgress: (text: string) => void;
  signal: AbortSignal;
}

/** What one way through a film took. */
interface Cost {
  seconds: number;
  /** CPU time of all processes, s. */
  cpuSeconds: number;
}

/** One film. */
export interface StillRow {
  /** Share of the time in which somebody walks by, 0..1. */
  moving: number;
  frames: number;
  searched: number;
  /** `ffmpeg -i film -f null -`: decoding alone. */
  decoding: Cost;
  /** The same, scaled to the small grey copy that is compared. */
  scaling: Cost;
  scan: Cost;
  /** CPU time of the scan and of decoding alone, divided. */
  timesDecoding: number;
  /** How long 24 hours of such a film take, by elapsed time, h. */
  dayHours: number;
  /** The same for decoding alone. */
  dayDecodingHours: number;
}

/** Films with a person for a twentieth of the time, and with nobody. */
export interface StillResult {
  cores: number;
  detector: string;
  embedder: string;
  rows: StillRow[];
}

const DAY_MINUTES = 24 * 60;
/** Of each minute, in the film with movement. */
const MOVING_S = 3;

/** Measures `scan --still skip` on films of a fixed camera, next to decoding alone. @throws SpotterError of the engine */
export async function measureStill(options: StillOptions): Promise<StillResult> {
  const { config, prepared, signal, onProgress } = options;
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const engine = new Engine(config, prepared);
  const rows: StillRow[] = [];
  try {
    await engine.start(signal);
    for (const movingS of [MOVING_S, 0]) {
      if (signal.aborted) break;
      onProgress(`making ${options.minutes} min with movement in ${((movingS / 60) * 100).toFixed(0)} %`);
      const film = path.join(folder, `${movingS}.mp4`);
      makeFilm(film, movingS, options);
      onProgress('measuring');
      rows.push(await measureFilm(engine, film, movingS / 60, options));
    }
  } finally {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const { detector, embedder } = prepared.settings;
  return { cores: availableParallelism(), detector: detector.id, embedder: embedder.id, rows };
}

async function measureFilm(
  engine: Engine,
  film: string,
  moving: number,
  { minutes }: StillOptions,
): Promise<StillRow> {
  const decoding = await measured(() => toNull(film, []));
  const scaling = await measured(() => toNull(film, ['-vf', 'scale=256:144:flags=area,format=gray']));
  const source = engine.recording('bench', film, { skipStill: true });
  await source.open();
  let searched = 0;
  let frames = 0;
  const camera = engine.camera({
    id: 'bench',
    onEvent: () => {},
    onReport: () => {},
    onFrame: ({ still }) => {
      searched++;
      frames += 1 + (still?.frames ?? 0);
    },
  });
  const scan = await measured(() => camera.play(source.frames()));
  const day = ({ seconds }: Cost) => (seconds * DAY_MINUTES) / minutes / 3600;
  return {
    ...{ moving, frames, searched, decoding, scaling, scan },
    timesDecoding: scan.cpuSeconds / decoding.cpuSeconds,
    dayHours: day(scan),
    dayDecodingHours: day(decoding),
  };
}

async function measured(run: () => Promise<unknown>): Promise<Cost> {
  const startMs = performance.now();
  const childrenMs = childrenCpuMs();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return {
    seconds: (performance.now() - startMs) / 1000,
    cpuSeconds: (user + system) / 1e6 + (childrenCpuMs() - childrenMs) / 1000,
  };
}

function toNull(film: string, options: string[]): Promise<unknown> {
  const ffmpeg = process.env.FFMPEG_PATH || 'ffmpeg';
  return promisify(execFile)(ffmpeg, ['-nostdin', '-v', 'error', '-i', film, ...options, '-f', 'null', '-']);
}

/** A wall with the noise of a sensor, as an IP camera sends it: no B-frames, a keyframe every 2 s. One minute, repeated. */
function makeFilm(film: string, movingS: number, { minutes, fps, width, kbps }: StillOptions): void {
  const demo = path.join(packageRoot, 'assets/demo');
  const picture = (name: string) => [
    ...['-loop', '1', '-framerate', String(fps), '-t', '60'],
    ...['-i', path.join(demo, name)],
  ];
  const height = Math.round((width * 9) / 32) * 2;
  const walks = `x='${width / 6}+(t-10)*${width / 6}':y=${Math.round(height / 4)}:enable='between(t,10,${10 + movingS})*${movingS > 0 ? 1 : 0}'`;
  const graph = [
    `[0]crop=150:84:340:70,scale=${width}:${height},setsar=1,noise=alls=24[wall]`,
    `[1]crop=512:430:0:88,scale=${Math.round(width / 10) * 2}:-2[person]`,
    `[wall][person]overlay=${walks},noise=alls=6:allf=t,format=yuv420p[film]`,
  ].join(';');
  const rate = ['-b:v', `${kbps}k`, '-maxrate', `${kbps}k`, '-bufsize', `${2 * kbps}k`];
  const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '0', '-g', String(2 * fps), ...rate];
  const minute = `${film}.minute.mp4`;
  const make = (...args: string[]) =>
    execFileSync('ffmpeg', ['-y', '-v', 'error', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const inputs = [...picture('eileen-collins.png'), ...picture('grace-hopper.jpg')];
  make(...inputs, '-filter_complex', graph, '-map', '[film]', '-an', ...x264, minute);
  make('-stream_loop', String(minutes - 1), '-i', minute, '-c', 'copy', film);
}
