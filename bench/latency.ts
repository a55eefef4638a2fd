import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import WebSocket from 'ws';
import { DROP_REASONS } from '../src/image/cameraFrame.js';
import { ended, pause, startDaemon, startRtspServer, sum, writeConfig } from './daemon.js';
import { frameLatency, type Quantiles, quantilesOf } from './quantiles.js';
import { makeScene, type Scene } from './scene.js';
import { quantile } from './statistics.js';
import { usageOf } from './usage.js';

/** Cameras connect one after the other, and their first frames are all processed. */
const SETTLE_MS = 5000;

/** A latency measurement to run. */
export interface LatencyOptions {
  /** Numbers of cameras, each measured by itself. */
  cameras: number[];
  scene: Scene;
  /** Frames per second and camera. */
  fps: number;
  seconds: number;
  /** Width of the video in px, 16:9. */
  width: number;
  /** Command-line options for models and gallery. */
  daemonArguments: string[];
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/** The result for one number of cameras. */
export interface LatencyRow {
  cameras: number;
  events: number;
  /** From a frame being complete in memory to its event being published, and received by a local WebSocket client, ms. */
  published: Quantiles;
  received: Quantiles;
  /** From the end of a frame's processing to its event being published, mean, ms. */
  publishingMs: number;
  /** From a frame being complete in memory to the end of its processing; as fine as the histogram's buckets. */
  frames: Quantiles;
  /** Frames processed; of them, those skipped by the motion gate. */
  seen: number;
  unchanged: number;
  /** Frames by reason. */
  dropped: Record<string, number>;
  /** CPU seconds per camera and second. */
  ownCpu: number;
  decoderCpu: number;
  /** Resident memory of both processes together, without decoders, MB. */
  ownMb: number;
}

/** For each number of cameras: runs the daemon on RTSP cameras in real time, with a WebSocket client. */
export async function measureLatency(options: LatencyOptions): Promise<LatencyRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const clip = path.join(folder, 'scene.mp4');
  try {
    makeScene({ ...options, seconds: options.seconds + 60 }, clip);
    const rows: LatencyRow[] = [];
    for (const cameras of options.cameras) {
      if (options.signal.aborted) break;
      options.onProgress(`${cameras} camera${cameras === 1 ? '' : 's'} for ${options.seconds} s`);
      rows.push(await measure(cameras, clip, folder, options));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  cameras: number,
  clip: string,
  folder: string,
  { fps, seconds, daemonArguments, signal }: LatencyOptions,
): Promise<LatencyRow> {
  const { server, port } = await startRtspServer(clip);
  const ids = Array.from({ length: cameras }, (_, index) => `camera-${index + 1}`);
  const config = writeConfig(
    folder,
    ids.map((id) => ({ id, url: `rtsp://127.0.0.1:${port}/cam`, fps })),
  );
  let daemon: ChildProcess | undefined;
  try {
    const started = await startDaemon(config, daemonArguments);
    daemon = started.daemon;
    const { address } = started;
    return await observe(daemon, address, ids, seconds, signal);
  } finally {
    await ended(daemon);
    await ended(server);
  }
}

/** Observes a daemon whose cameras are about to be live. @param ids of the cameras. @param seconds duration of the measurement */
export async function observe(
  daemon: ChildProcess,
  address: string,
  ids: string[],
  seconds: number,
  signal: AbortSignal,
): Promise<LatencyRow> {
  const client = new WebSocket(`ws://${address}/ws`);
  const published: number[] = [];
  const received: number[] = [];
  const missing = new Set(ids);
  let measuring = false;
  const live = new Promise<void>((resolve, reject) => {
    client.once('close', () => reject(new Error('the daemon ended before its cameras were live')));
    client.on('message', (data) => {
      const message = JSON.parse(data.toString());
      const states = message.type === 'hello' ? message.cameras : message.type === 'camera' ? [message] : [];
      for (const { id, state } of states) if (state === 'live') missing.delete(id);
      if (missing.size === 0) resolve();
      if (!measuring || message.type !== 'event') return;
      const captured = Date.parse(message.capturedAt);
      published.push(Date.parse(message.publishedAt) - captured);
      received.push(Date.now() - captured);
    });
  });
  await live;
  await pause(SETTLE_MS, signal);
  measuring = true;
  const before = await usageOf(daemon, address);
  await pause(seconds * 1000, signal);
  const after = await usageOf(daemon, address);
  client.close();
  const took = (after.atMs - before.atMs) / 1000;
  const count = (name: string, labels = '') =>
    sum(after.metrics, name, labels) - sum(before.metrics, name, labels);
  return {
    cameras: ids.length,
    events: published.length,
    published: quantilesOf((q) => quantile(published, q)),
    received: quantilesOf((q) => quantile(received, q)),
    publishingMs:
      (1000 * count('spotter_event_publish_seconds_sum')) / count('spotter_event_publish_seconds_count'),
    frames: frameLatency(before.metrics, after.metrics),
    seen: count('spotter_frames_total', 'outcome="processed"'),
    unchanged: count('spotter_frames_unchanged_total'),
    dropped: Object.fromEntries(
      DROP_REASONS.map((reason) => [reason, count('spotter_frames_dropped_total', `reason="${reason}"`)]),
    ),
    ownCpu: (after.ownCpuMs - before.ownCpuMs) / 1000 / took / ids.length,
    decoderCpu: (after.decoderCpuMs - before.decoderCpuMs) / 1000 / took / ids.length,
    ownMb: after.ownMb,
  };
}
