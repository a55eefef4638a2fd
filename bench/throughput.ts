import { exec } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import type { Config } from '../src/config/schema.js';
import { SpotterError } from '../src/core/errors.js';
import { Engine } from '../src/engine/engine.js';
import { imageBytes } from '../src/image/colour.js';
import type { Image } from '../src/image/image.js';
import type { Prepared } from '../src/models/prepare.js';
import type { Anatomy } from '../src/pipeline/frameReport.js';
import { FileSource } from '../src/video/fileSource.js';
import { Networks } from '../src/worker/networks.js';
import { childrenCpuMs, median } from './statistics.js';

/** A throughput measurement to run. */
export interface ThroughputOptions {
  config: Config;
  prepared: Prepared;
  clip: string;
  /** Passes over the clip; the result is their median. */
  rounds: number;
  /** Shell command of a program to compare with; the last line of its output is JSON with "fps". */
  peer?: string | undefined;
  signal: AbortSignal;
}

/** One pass over the whole clip. */
interface Round {
  frames: number;
  embedded: number;
  seconds: number;
  /** Summed over all frames, ms. */
  anatomy: Anatomy;
  /** Busy time of the main thread, ms. */
  mainMs: number;
  /** CPU time of ffmpeg, ms. */
  ffmpegMs: number;
  /** The models alone on one thread, measured just before the round because machines drift, ms. */
  raw: Raw;
  peerFps: number | null;
}

interface Raw {
  detectMs: number;
  embedMs: number;
}

/** Medians over all rounds. */
export interface ThroughputResult {
  clip: string;
  cores: number;
  detector: string;
  embedder: string;
  frames: number;
  embeddedPerFrame: number;
  fps: number;
  /** One inference on one thread, nothing else running, ms. */
  rawDetectMs: number;
  rawEmbedMs: number;
  /** What the models alone would allow: cores divided by the raw time per frame. */
  ceilingFps: number;
  /** fps / ceilingFps. */
  ofCeiling: number;
  /** null without a peer, as is fps / peerFps. */
  peerFps: number | null;
  timesPeer: number | null;
  /** CPU time per frame by activity, ms of one core. */
  budget: Record<string, number>;
  /** One pass with each number of worker threads; the last is the median of the rounds. */
  byWorkers: WorkerRow[];
}

/** Frames per second with one number of worker threads. */
export interface WorkerRow {
  workers: number;
  fps: number;
}

const CALIBRATION_RUNS = 25;

/**
 * Measures the frames per second of one clip on all cores, next to what the models alone would allow and, in turn, a peer.
 *
 * @throws SpotterError usage: interrupted before the first round, or the peer prints no "fps"; video.unreadable
 */
export async function measureThroughput(options: ThroughputOptions): Promise<ThroughputResult> {
  const { config, prepared, clip, signal } = options;
  const cores = availableParallelism();
  const calibrate = await makeCalibration(prepared, clip, config.video.maxWidth);
  const rounds: Round[] = [];
  await withEngine({ ...config, workers: cores }, prepared, signal, async (engine) => {
    await scanOnce(engine, clip);
    for (let i = 0; i < options.rounds && !signal.aborted; i++) {
      const raw = await calibrate();
      const round = await scanOnce(engine, clip);
      rounds.push({ ...round, raw, peerFps: options.peer ? await runPeer(options.peer) : null });
    }
  });
  if (rounds.length === 0)
    throw new SpotterError('usage', 'the measurement was interrupted before its first round');
  const result = summarise(options, cores, rounds);
  const fewer: WorkerRow[] = [];
  for (let workers = 1; workers < cores && !signal.aborted; workers++) {
    await withEngine({ ...config, workers }, prepared, signal, async (engine) => {
      const { frames, seconds } = await scanOnce(engine, clip);
      fewer.push({ workers, fps: frames / seconds });
    });
  }
  return { ...result, byWorkers: [...fewer, { workers: cores, fps: result.fps }] };
}

async function withEngine(
  config: Config,
  prepared: Prepared,
  signal: AbortSignal,
  use: (engine: Engine) => Promise<void>,
): Promise<void> {
  const engine = new Engine(config, prepared);
  try {
    await engine.start(signal);
    if (!signal.aborted) await use(engine);
  } finally {
    await engine.stop();
  }
}

async function scanOnce(engine: Engine, clip: string): Promise<Omit<Round, 'raw' | 'peerFps'>> {
  const source = engine.recording('bench', clip);
  await source.open();
  const anatomy: Anatomy = {
    fitMs: 0,
    detectModelMs: 0,
    decodeMs: 0,
    alignMs: 0,
    embedModelMs: 0,
    matchMs: 0,
  };
  let frames = 0;
  let embedded = 0;
  const loopBefore = performance.eventLoopUtilization();
  const childrenBefore = childrenCpuMs();
  const start = performance.now();
  await engine
    .camera({
      id: 'bench',
      onEvent: () => {},
      onReport: (report) => {
        frames++;
        embedded += report.embedded;
        for (const key of Object.keys(anatomy) as (keyof Anatomy)[])
          anatomy[key] += report.anatomy?.[key] ?? 0;
      },
    })
    .play(source.frames());
  const seconds = (performance.now() - start) / 1000;
  const mainMs = performance.eventLoopUtilization(loopBefore).active;
  return { frames, embedded, seconds, anatomy, mainMs, ffmpegMs: childrenCpuMs() - childrenBefore };
}

/** Prepares the measurement of the models alone on the clip's first frame: one thread, median of 25 runs. */
async function makeCalibration(
  prepared: Prepared,
  clip: string,
  maxWidth: number,
): Promise<() => Promise<Raw>> {
  const { detector, embedder } = await Networks.load(prepared.settings);
  const image = await firstFrame(clip, maxWidth);
  await detector.detect(image);
  const fit = detector.plan(image);
  return async () => ({
    detectMs: await medianMs(() => detector.runNetwork(fit)),
    embedMs: await medianMs(() => embedder.runNetwork()),
  });
}

async function firstFrame(file: string, maxWidth: number): Promise<Image> {
  const source = new FileSource({
    cameraId: 'bench',
    file,
    maxWidth,
    slots: 1,
    every: 1,
    realtime: false,
    loop: false,
  });
  await source.open();
  for await (const { image } of source.frames()) {
    const pixels = new Uint8Array(new SharedArrayBuffer(imageBytes(image.format, image.width, image.height)));
    pixels.set(image.pixels);
    return { ...image, pixels };
  }
  throw new SpotterError('video.unreadable', `${file} has no frames; use another clip`);
}

async function medianMs(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < CALIBRATION_RUNS; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return median(times);
}

async function runPeer(command: string): Promise<number> {
  const { stdout } = await promisify(exec)(command, { maxBuffer: 1 << 26 });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  const fps: unknown = JSON.parse(last).fps;
  if (typeof fps !== 'number')
    throw new SpotterError('usage', `the last line of --peer's output has no "fps": ${last}`);
  return fps;
}

function summarise(
  { clip, prepared }: ThroughputOptions,
  cores: number,
  rounds: Round[],
): Omit<ThroughputResult, 'byWorkers'> {
  const medianOf = (value: (round: Round) => number) => median(rounds.map(value));
  const fpsOf = ({ frames, seconds }: Round) => frames / seconds;
  const rawMsOf = ({ raw, embedded, frames }: Round) => raw.detectMs + (raw.embedMs * embedded) / frames;
  const ceilingOf = (round: Round) => (cores * 1000) / rawMsOf(round);
  const withPeer = rounds.flatMap(({ frames, seconds, peerFps }) =>
    peerFps === null ? [] : [{ fps: frames / seconds, peerFps }],
  );
  const spent = (part: (round: Round) => number) => medianOf((round) => part(round) / round.frames);
  const budget: Record<string, number> = {
    'models alone': medianOf(rawMsOf),
    'fit into the input': spent(({ anatomy }) => anatomy.fitMs),
    'decode outputs, suppress': spent(({ anatomy }) => anatomy.decodeMs),
    'align and judge faces': spent(({ anatomy }) => anatomy.alignMs),
    'match with the gallery': spent(({ anatomy }) => anatomy.matchMs),
    'main thread: frames, tracks, messages': spent(({ mainMs }) => mainMs),
    'ffmpeg: decode and pipe': spent(({ ffmpegMs }) => ffmpegMs),
  };
  const accounted = Object.values(budget).reduce((sum, ms) => sum + ms, 0);
  const total = medianOf(({ seconds, frames }) => (cores * seconds * 1000) / frames);
  return {
    clip,
    cores,
    detector: prepared.settings.detector.id,
    embedder: prepared.settings.embedder.id,
    frames: rounds[0]?.frames ?? 0,
    embeddedPerFrame: spent(({ embedded }) => embedded),
    fps: medianOf(fpsOf),
    rawDetectMs: medianOf(({ raw }) => raw.detectMs),
    rawEmbedMs: medianOf(({ raw }) => raw.embedMs),
    ceilingFps: medianOf(ceilingOf),
    ofCeiling: medianOf((round) => fpsOf(round) / ceilingOf(round)),
    peerFps: withPeer.length > 0 ? median(withPeer.map(({ peerFps }) => peerFps)) : null,
    timesPeer: withPeer.length > 0 ? median(withPeer.map(({ fps, peerFps }) => fps / peerFps)) : null,
    budget: {
      ...budget,
      'models slowed by sharing, and waiting': total - accounted,
      'total per frame': total,
    },
  };
}
