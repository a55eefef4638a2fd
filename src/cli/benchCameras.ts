import { writeFileSync } from 'node:fs';
import type { LatencyRow } from '../../bench/latency.js';
import type { LoadRow } from '../../bench/overload.js';
import type { Quantiles } from '../../bench/quantiles.js';
import type { Scene } from '../../bench/scene.js';
import type { Context } from './context.js';
import { type CommonOptions, recognitionArguments } from './options.js';
import { printJson, printLines } from './print.js';
import { ProgressBar } from './progress.js';

/** Options of `spotter bench latency`. */
export interface LatencyOptions extends CommonOptions {
  /** Numbers of cameras, each measured by itself. */
  cameras: number[];
  scene: Scene;
  /** Frames per second and camera. */
  fps: number;
  /** Duration of each measurement. */
  seconds: number;
  /** Width of the video in px, 16:9. */
  width: number;
  /** File for a chart. */
  svg?: string;
  json?: boolean;
}

/** `spotter bench latency`: latency from capture to event with more and more RTSP cameras. */
export async function latency({ signal }: Context, options: LatencyOptions): Promise<number> {
  const { measureLatency } = await import('../../bench/latency.js');
  const { plotLatency } = await import('../../bench/latencyPlot.js');
  const { cameras, scene, fps, seconds, width, detector, embedder } = options;
  const bar = new ProgressBar('runs', !options.quiet);
  let run = 0;
  const rows = await measureLatency({
    cameras,
    scene,
    fps,
    seconds,
    width,
    daemonArguments: recognitionArguments(options),
    signal,
    onProgress: (text) => bar.show(run++, cameras.length, text),
  }).finally(() => bar.stop());
  const title = `${width} px wide at ${fps} frames/s, ${detector ?? 'spotter-det'} + ${embedder ?? 'spotter-embed'}`;
  if (options.svg) writeFileSync(options.svg, plotLatency(rows, title));
  if (options.json) printJson({ scene, fps, seconds, width, rows });
  else printLines([`${title}, ${scene}, ${seconds} s each`, ...table(rows)]);
  return 0;
}

function table(rows: readonly LatencyRow[]): string[] {
  const lines = rows.map((row) => [
    String(row.cameras),
    String(row.events),
    quantileText(row.published),
    quantileText(row.received),
    quantileText(row.frames),
    String(row.seen),
    String(row.unchanged),
    `${row.dropped.newer}/${row.dropped.stale}`,
    row.ownCpu.toFixed(3),
    row.decoderCpu.toFixed(3),
    row.ownMb.toFixed(0),
  ]);
  const head = [
    [
      'cameras',
      'events',
      'published ms',
      'received ms',
      'frames ms',
      'processed',
      'unchanged',
      'dropped',
      'own',
      'ffmpeg',
      'own',
    ],
    ['', '', 'p50/p95/p99', 'p50/p95/p99', 'p50/p95/p99', '', '', 'newer/stale', 'CPU', 'CPU', 'MB'],
  ];
  const all = [...head, ...lines];
  const widths = head[0].map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  return all.map((cells) => cells.map((cell, column) => cell.padStart(widths[column])).join('  '));
}

/** Options of `spotter bench overload`. */
export interface OverloadOptions extends CommonOptions {
  /** Duration of the overload. */
  minutes: number;
  /** Offered frames, as a multiple of what the machine can process. */
  times: number;
  /** Frames per second and camera. */
  fps: number;
  /** Width of the video in px, 16:9. */
  width: number;
  json?: boolean;
}

/** Progress of the bench: one camera, capacity, overload. */
const OVERLOAD_STEPS = 3;

/**
 * `spotter bench overload`: latency and exact frame counts under far more frames than can be processed.
 *
 * @returns 1 if the frame counts do not add up, or a camera had more than one frame in the networks at a time
 */
export async function overload({ signal }: Context, options: OverloadOptions): Promise<number> {
  const { measureOverload } = await import('../../bench/overload.js');
  const { minutes, times, fps, width } = options;
  const bar = new ProgressBar('loads', !options.quiet);
  let step = 0;
  const result = await measureOverload({
    minutes,
    times,
    fps,
    width,
    daemonArguments: recognitionArguments(options),
    signal,
    onProgress: (text) => bar.show(step++, OVERLOAD_STEPS, text),
  }).finally(() => bar.stop());
  const { idle, loaded, eventRatio, frameRatio } = result;
  if (options.json) printJson(result);
  else
    printLines([
      ...[idle, loaded].flatMap(loadLines),
      `95th percentile under load, relative to one camera: events ${eventRatio.toFixed(2)}, frames ${frameRatio.toFixed(2)}`,
    ]);
  const isExact = [idle, loaded].every(
    ({ counts, mostInWork }) => counts.inexact.length === 0 && mostInWork <= 1,
  );
  return isExact ? 0 : 1;
}

function loadLines(row: LoadRow): string[] {
  const { decoded, processed, failed, dropped, inexact } = row.counts;
  const drops = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  return [
    `${row.cameras} camera${row.cameras === 1 ? '' : 's'}: ${row.decodedFps.toFixed(1)} frames/s decoded, ${row.processedFps.toFixed(1)} frames/s processed`,
    `  ms, p50/p95/p99       events ${quantileText(row.events)}, frames ${quantileText(row.frames)}`,
    `  per camera            at most ${row.mostInWork} in the networks at a time`,
    `  ${decoded} decoded = ${processed} processed + ${drops.join(' + ')} + ${failed} failed${inexact.length === 0 ? '' : `; NOT EXACT: ${inexact.join(', ')}`}`,
  ];
}

function quantileText({ p50, p95, p99 }: Quantiles): string {
  return [p50, p95, p99].map((ms) => (Number.isFinite(ms) ? ms.toFixed(0) : '-')).join('/');
}
