import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import WebSocket from 'ws';
import { DROP_REASONS } from '../src/image/cameraFrame.js';
import {
  ended,
  metricsOf,
  pause,
  samples,
  startDaemon,
  startRtspServer,
  sum,
  writeConfig,
} from './daemon.js';
import { frameLatency, type Quantiles, quantilesOf } from './quantiles.js';
import { makeScene } from './scene.js';
import { quantile } from './statistics.js';

/** An overload to run. */
export interface OverloadOptions {
  /** Duration of the overload. */
  minutes: number;
  /** Offered frames, as a multiple of what the machine can process. */
  times: number;
  /** Frames per second and camera. */
  fps: number;
  /** Width of the video in px, 16:9. */
  width: number;
  /** Command-line options for models and gallery. */
  daemonArguments: string[];
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/** The result for one load. */
export interface LoadRow {
  cameras: number;
  /** Frames per second decoded, and processed. */
  decodedFps: number;
  processedFps: number;
  /** From a frame being complete in memory to its event being published, and to the end of its processing, ms. */
  events: Quantiles;
  frames: Quantiles;
  /** Most frames of one camera in the networks, sampled once a second. */
  mostInWork: number;
  /** From the start until the cameras were gone and every frame was done. */
  counts: Counts;
}

interface Counts {
  decoded: number;
  processed: number;
  failed: number;
  dropped: Record<string, number>;
  /** Cameras whose decoded frames do not add up. */
  inexact: string[];
}

/** One camera alone, and overload. */
export interface OverloadResult {
  idle: LoadRow;
  loaded: LoadRow;
  /** 95th percentile under load, divided by that of one camera alone. */
  eventRatio: number;
  frameRatio: number;
}

const SETTLE_MS = 5000;
const PROBE_CAMERAS = 8;
const PROBE_MS = 15_000;
const IDLE_MS = 60_000;
const SAMPLE_MS = 1000;
const REST_MS = 1500;
const LONGEST_REST_MS = 15_000;
const MAX_CAMERAS = 100;

/** Measures the latency of one camera, then of so many that they offer `times` the frames that can be processed. */
export async function measureOverload(options: OverloadOptions): Promise<OverloadResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const clip = path.join(folder, 'scene.mp4');
  const { minutes, times, fps, width, onProgress } = options;
  try {
    const longestMs = Math.max(minutes * 60_000, IDLE_MS);
    makeScene({ scene: 'visits', width, seconds: longestMs / 1000 + 120 }, clip);
    onProgress('one camera');
    const idle = await measureLoad(1, Math.min(IDLE_MS, minutes * 60_000), clip, folder, options);
    onProgress('measuring capacity');
    const probe = (cameras: number) => measureLoad(cameras, PROBE_MS, clip, folder, options);
    const few = await probe(PROBE_CAMERAS);
    const many = await probe(Math.min(MAX_CAMERAS, Math.ceil((times * few.processedFps) / fps)));
    const cameras = Math.min(MAX_CAMERAS, camerasFor(times / fps, few, many));
    onProgress(`${cameras} cameras for ${minutes} min`);
    const loaded = await measureLoad(cameras, minutes * 60_000, clip, folder, options);
    return {
      idle,
      loaded,
      eventRatio: loaded.events.p95 / idle.events.p95,
      frameRatio: loaded.frames.p95 / idle.frames.p95,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The number of cameras that offer `times` the frames that can be processed.
 *
 * Every camera also takes CPU time from the networks, so processed frames/s fall with the number of cameras; a straight
 * line through two measurements predicts them.
 *
 * @param rate `times` divided by the frames per second of one camera
 */
function camerasFor(rate: number, few: LoadRow, many: LoadRow): number {
  const apart = many.cameras - few.cameras;
  const slope = apart === 0 ? 0 : (many.processedFps - few.processedFps) / apart;
  return Math.ceil((rate * (few.processedFps - slope * few.cameras)) / (1 - rate * slope));
}

async function measureLoad(
  cameras: number,
  ms: number,
  clip: string,
  folder: string,
  { fps, daemonArguments, signal }: OverloadOptions,
): Promise<LoadRow> {
  const { server, port } = await startRtspServer(clip);
  const ids = Array.from({ length: cameras }, (_, index) => `camera-${index + 1}`);
  const url = `rtsp://127.0.0.1:${port}/cam`;
  const config = writeConfig(
    folder,
    ids.map((id) => ({ id, url, fps, motion: { enabled: false } })),
  );
  let daemon: ChildProcess | undefined;
  try {
    const started = await startDaemon(config, daemonArguments);
    daemon = started.daemon;
    const { address } = started;
    await untilLive(address, cameras, signal);
    await pause(SETTLE_MS, signal);
    const seen = await observe(address, ms, signal);
    await ended(server);
    return { cameras, ...seen, counts: countsOf(await metricsAtRest(address, signal), ids) };
  } finally {
    await ended(daemon);
    await ended(server);
  }
}

async function untilLive(address: string, cameras: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && sum(await metricsOf(address), 'spotter_camera_up', '') < cameras)
    await pause(SAMPLE_MS, signal);
}

async function observe(
  address: string,
  ms: number,
  signal: AbortSignal,
): Promise<Omit<LoadRow, 'cameras' | 'counts'>> {
  const client = new WebSocket(`ws://${address}/ws`);
  const latencies: number[] = [];
  client.on('message', (data) => {
    const { type, capturedAt, publishedAt } = JSON.parse(data.toString());
    if (type === 'event') latencies.push(Date.parse(publishedAt) - Date.parse(capturedAt));
  });
  const before = await metricsOf(address);
  let after = before;
  let mostInWork = 0;
  const startMs = performance.now();
  while (performance.now() - startMs < ms && !signal.aborted) {
    await pause(SAMPLE_MS, signal);
    after = await metricsOf(address);
    const inWork = samples(after, 'spotter_frames_in_work').map(({ value }) => value);
    mostInWork = Math.max(mostInWork, ...inWork);
  }
  const seconds = (performance.now() - startMs) / 1000;
  client.terminate();
  const rate = (name: string, labels: string) =>
    (sum(after, name, labels) - sum(before, name, labels)) / seconds;
  return {
    decodedFps: rate('spotter_frames_decoded_total', ''),
    processedFps: rate('spotter_frames_total', 'outcome="processed"'),
    events: quantilesOf((q) => quantile(latencies, q)),
    frames: frameLatency(before, after),
    mostInWork,
  };
}

/**
 * The metrics once every frame is done: as soon as the counts add up, or when nothing has changed for 15 s. All cameras
 * reconnect at that moment, and the last frames may have to wait a second or two for the CPU.
 */
async function metricsAtRest(address: string, signal: AbortSignal): Promise<string> {
  const decoded = (text: string) => sum(text, 'spotter_frames_decoded_total', '');
  const accounted = (text: string) => sum(text, 'spotter_frames_total', '');
  let now = await metricsOf(address);
  let restingMs = 0;
  while (restingMs < LONGEST_REST_MS && !signal.aborted) {
    const before = now;
    await pause(REST_MS, signal);
    now = await metricsOf(address);
    const isSame = decoded(now) === decoded(before) && accounted(now) === accounted(before);
    if (isSame && decoded(now) === accounted(now)) break;
    restingMs = isSame ? restingMs + REST_MS : 0;
  }
  return now;
}

function countsOf(metrics: string, ids: readonly string[]): Counts {
  const frames = (outcome: string) => sum(metrics, 'spotter_frames_total', `outcome="${outcome}"`);
  const isInexact = (id: string) =>
    sum(metrics, 'spotter_frames_decoded_total', `camera="${id}"`) !==
    sum(metrics, 'spotter_frames_total', `camera="${id}"`);
  return {
    decoded: sum(metrics, 'spotter_frames_decoded_total', ''),
    processed: frames('processed'),
    failed: frames('failed'),
    dropped: Object.fromEntries(
      DROP_REASONS.map((reason) => [
        reason,
        sum(metrics, 'spotter_frames_dropped_total', `reason="${reason}"`),
      ]),
    ),
    inexact: ids.filter(isInexact),
  };
}
