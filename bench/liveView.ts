import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import WebSocket from 'ws';
import { ended, metricsOf, pause, startDaemon, startRtspServer, sum, writeConfig } from './daemon.js';
import { frameLatency, type Quantiles } from './quantiles.js';
import { makeScene } from './scene.js';
import { median } from './statistics.js';
import { type Usage, usageOf } from './usage.js';

const SETTLE_MS = 5000;

/** A measurement of live pictures to run. */
export interface LiveViewOptions {
  /** Cameras, each watched in a tile. */
  tiles: number;
  /** Pictures per second and tile, and their width in px. */
  fps: number;
  tileWidth: number;
  /** Frames per second and camera; width of the video in px, 16:9. */
  cameraFps: number;
  width: number;
  /** How often it is measured with and without a viewer, in turn, and for how long each. */
  rounds: number;
  seconds: number;
  /** Command-line options for models and gallery. */
  daemonArguments: string[];
  signal: AbortSignal;
  onProgress: (text: string) => void;
}

/** One stretch, with or without a viewer. */
export interface Stretch {
  /** Share of one core that both processes of the daemon use. */
  cores: number;
  /** Frames processed, and pictures made and received, per second. */
  frames: number;
  made: number;
  received: number;
  /** From a frame being complete in memory to the end of its processing. */
  latency: Quantiles;
}

/** What a viewer costs: the medians of all rounds. */
export interface LiveViewResult {
  watched: Stretch[];
  unwatched: Stretch[];
  /** Share of one core that watching adds. */
  added: number;
  /** CPU time per picture, ms. */
  perPictureMs: number;
}

/** Runs the daemon on RTSP cameras, and measures what it uses with a viewer and without one, in turn. */
export async function measureLiveView(options: LiveViewOptions): Promise<LiveViewResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const clip = path.join(folder, 'scene.mp4');
  const { tiles, rounds, seconds, width, cameraFps, daemonArguments } = options;
  makeScene({ scene: 'visits', width, seconds: 2 * rounds * (seconds + SETTLE_MS / 1000) + 60 }, clip);
  const { server, port } = await startRtspServer(clip);
  let daemon: ChildProcess | undefined;
  try {
    const ids = Array.from({ length: tiles }, (_, index) => `camera-${index + 1}`);
    const cameras = ids.map((id) => ({ id, url: `rtsp://127.0.0.1:${port}/cam`, fps: cameraFps }));
    const started = await startDaemon(writeConfig(folder, cameras), daemonArguments);
    daemon = started.daemon;
    await allUp(started.address, tiles, options.signal);
    return await compare(daemon, started.address, ids, options);
  } finally {
    await ended(daemon);
    await ended(server);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(
  daemon: ChildProcess,
  address: string,
  ids: string[],
  { rounds, seconds, fps, tileWidth, signal, onProgress }: LiveViewOptions,
): Promise<LiveViewResult> {
  const stretches = { watched: [] as Stretch[], unwatched: [] as Stretch[] };
  for (let run = 0; run < 2 * rounds && !signal.aborted; run++) {
    const isWatched = run % 2 === 1;
    onProgress(isWatched ? 'with a viewer' : 'without a viewer');
    let received = 0;
    const viewer = isWatched ? new WebSocket(`ws://${address}/api/v1/live`) : null;
    const tiles = ids.map((camera) => ({ camera, width: tileWidth, fps }));
    viewer?.on('open', () => viewer.send(JSON.stringify({ type: 'watch', tiles })));
    viewer?.on('message', (_data, isBinary) => {
      if (isBinary) received++;
    });
    await pause(SETTLE_MS, signal);
    received = 0;
    const before = await usageOf(daemon, address);
    await pause(seconds * 1000, signal);
    const after = await usageOf(daemon, address);
    viewer?.close();
    stretches[isWatched ? 'watched' : 'unwatched'].push(stretchOf(before, after, received));
  }
  const { watched, unwatched } = stretches;
  const added = median(watched.map(({ cores }, round) => cores - unwatched[round].cores));
  const made = median(watched.map((stretch) => stretch.made));
  return { watched, unwatched, added, perPictureMs: (1000 * added) / made };
}

function stretchOf(before: Usage, after: Usage, received: number): Stretch {
  const seconds = (after.atMs - before.atMs) / 1000;
  const rate = (name: string, labels = '') =>
    (sum(after.metrics, name, labels) - sum(before.metrics, name, labels)) / seconds;
  return {
    cores: (after.ownCpuMs - before.ownCpuMs) / 1000 / seconds,
    frames: rate('spotter_frames_total', 'outcome="processed"'),
    made: rate('spotter_live_pictures_total'),
    received: received / seconds,
    latency: frameLatency(before.metrics, after.metrics),
  };
}

async function allUp(address: string, cameras: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && sum(await metricsOf(address), 'spotter_camera_up', '') < cameras)
    await pause(200, signal);
}
