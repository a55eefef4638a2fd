import { writeFileSync } from 'node:fs';
import type { LatencyRow } from '../../bench/latency.js';
import type { Scene } from '../../bench/scene.js';
import type { Context } from './context.js';
import type { CommonOptions } from './options.js';
import { printJson } from './print.js';
import { ProgressBar } from './progress.js';

export interface LatencyOptions extends CommonOptions {
  cameras: number[];
  scene: Scene;
  fps: number;
  seconds: number;
  width: number;
  svg?: string;
  json?: boolean;
}

/** Capture to event with more and more real RTSP cameras. */
export async function latency({ signal }: Context, options: LatencyOptions): Promise<number> {
  const { measureLatency } = await import('../../bench/latency.js');
  const { plotLatency } = await import('../../bench/latencyPlot.js');
  const { cameras, scene, fps, seconds, width, models, gallery, detector, embedder } = options;
  const chosen = Object.entries({ models, gallery, detector, embedder }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
  const bar = new ProgressBar('runs', !options.quiet);
  let run = 0;
  const rows = await measureLatency({
    cameras,
    scene,
    fps,
    seconds,
    width,
    daemonArguments: chosen,
    signal,
    onProgress: (text) => bar.show(run++, cameras.length, text),
  }).finally(() => bar.stop());
  const title = `${width} px wide at ${fps} frames/s, ${detector ?? 'spotter-det'} + ${embedder ?? 'spotter-embed'}`;
  if (options.svg) writeFileSync(options.svg, plotLatency(rows, title));
  if (options.json) printJson({ scene, fps, seconds, width, rows });
  else process.stdout.write(`${[`${title}, ${scene}, ${seconds} s each`, ...table(rows)].join('\n')}\n`);
  return 0;
}

function table(rows: readonly LatencyRow[]): string[] {
  const lines = rows.map((row) => [
    String(row.cameras),
    String(row.events),
    three(row.published),
    three(row.received),
    three(row.frames),
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
      'seen',
      'still',
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

function three({ p50, p95, p99 }: LatencyRow['published']): string {
  return [p50, p95, p99].map((ms) => (Number.isFinite(ms) ? ms.toFixed(0) : '-')).join('/');
}
