import path from 'node:path';
import { DEMO_CLIP, DEMO_GALLERY } from '../../bench/daemon.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { prepare } from '../models/prepare.js';
import type { Context } from './context.js';
import { placeArguments } from './home.js';
import { type CommonOptions, configOf, recognitionArguments } from './options.js';
import { printJson, printLine, printLines } from './print.js';

/** Options of `spotter bench throughput`. */
export interface ThroughputOptions extends CommonOptions {
  /** Shell command of a program to compare with. */
  peer?: string;
  rounds: number;
  json?: boolean;
}

/** `spotter bench throughput`: frames per second of one clip on all cores. */
export async function throughput(
  { signal }: Context,
  given: string | undefined,
  options: ThroughputOptions,
): Promise<number> {
  const { measureThroughput } = await import('../../bench/throughput.js');
  const { config } = configOf(withDemoGallery(options, given), CONNECTIONS);
  const clip = given ?? DEMO_CLIP;
  const prepared = await prepare(config, options.models);
  const { rounds, peer } = options;
  const result = await measureThroughput({ config, prepared, clip, rounds, peer, signal });
  if (options.json) printJson(result);
  else {
    const { fps, cores, detector, embedder, ceilingFps, ofCeiling, peerFps, timesPeer, budget } = result;
    const lines = [
      `${path.basename(clip)}, ${result.frames} frames, ${detector} + ${embedder}, ${cores} cores, median of ${rounds}`,
      `  spotter                 ${fps.toFixed(1).padStart(7)} frames/s`,
      `  models alone allow      ${ceilingFps.toFixed(1).padStart(7)} frames/s   spotter reaches ${ofCeiling.toFixed(2)} of that`,
      ...(peerFps === null || timesPeer === null
        ? []
        : [
            `  peer                    ${peerFps.toFixed(1).padStart(7)} frames/s   spotter is ${timesPeer.toFixed(2)} times as fast`,
          ]),
      '  CPU time per frame, ms of one core:',
      ...Object.entries(budget).map(([name, ms]) => `    ${name.padEnd(42)} ${ms.toFixed(2).padStart(7)}`),
    ];
    for (const { workers, fps: rate } of result.byWorkers)
      lines.push(
        `  ${`${workers} worker${workers === 1 ? '' : 's'}`.padEnd(22)}  ${rate.toFixed(1).padStart(7)} frames/s`,
      );
    printLines(lines);
  }
  return 0;
}

/** Options of `spotter bench pixels`. */
export interface PixelsOptions extends CommonOptions {
  /** Runs of each format. */
  rounds: number;
  json?: boolean;
}

/** `spotter bench pixels`: CPU cost of each pixel format between ffmpeg and the detector. */
export async function pixels(
  { signal }: Context,
  given: string | undefined,
  options: PixelsOptions,
): Promise<number> {
  const { measurePixels } = await import('../../bench/pixels.js');
  const result = await measurePixels(given ?? DEMO_CLIP, options.rounds, signal);
  if (options.json) printJson(result);
  else {
    const cell = (ms: number | null) => (ms === null ? '-' : ms.toFixed(2)).padStart(10);
    printLine(`${result.size}, ms of one core per frame, without decoding`);
    printLine(`  format   ${['ffmpeg', 'read', 'fit', 'total'].map((name) => name.padStart(10)).join('')}`);
    for (const { format, ffmpegMs, readMs, fitMs, totalMs } of result.rows) {
      printLine(`  ${format.padEnd(9)}${[ffmpegMs, readMs, fitMs, totalMs].map(cell).join('')}`);
    }
  }
  return 0;
}

/** Options of `spotter bench memory`. */
export interface MemoryOptions extends CommonOptions {
  /** Frames to process. */
  frames: number;
  json?: boolean;
}

/** `spotter bench memory`: resident memory while one clip is scanned over and over. */
export async function memory(
  { signal }: Context,
  given: string | undefined,
  options: MemoryOptions,
): Promise<number> {
  const { measureMemory } = await import('../../bench/memory.js');
  const { config } = configOf(withDemoGallery(options, given), CONNECTIONS);
  const prepared = await prepare(config, options.models);
  const { frames } = options;
  const result = await measureMemory({ config, prepared, clip: given ?? DEMO_CLIP, frames, signal });
  if (options.json) printJson(result);
  else {
    for (const { frame, rssMb } of result.samples.filter((_, index) => index % 4 === 0)) {
      printLine(`  frame ${String(frame).padStart(6)}  ${rssMb.toFixed(0).padStart(5)} MB`);
    }
    const { peakMb, growthPer10k } = result;
    printLine(
      `peak ${peakMb.toFixed(0)} MB, growth ${growthPer10k.toFixed(1)} MB per 10,000 frames from frame 1,000 on`,
    );
  }
  return 0;
}

/** Options of `spotter bench process`. */
export interface ProcessOptions extends CommonOptions {
  /** Runs to stop by SIGTERM; up to 10 of them are also timed at their start. */
  runs: number;
  json?: boolean;
}

/** `spotter bench process`: how fast the program starts and stops. @returns 1 if a run does not end in order on SIGTERM */
export async function processes(
  _context: Context,
  given: string | undefined,
  options: ProcessOptions,
): Promise<number> {
  const { measureStart, measureStop, measureStopOfRun } = await import('../../bench/processes.js');
  const scan = [
    given ?? DEMO_CLIP,
    ...placeArguments(options),
    ...recognitionArguments(withDemoGallery(options, given)),
  ];
  const start = await measureStart(scan, Math.min(options.runs, 10));
  const stop = await measureStop(['scan', ...scan], options.runs, 4000, 143);
  const stopRun = await measureStopOfRun(options.runs);
  if (options.json) printJson({ start, stop, stopRun });
  else {
    const ms = (value: number) => `${value.toFixed(0)} ms`;
    const { helpMs, firstEventMs } = start;
    printLine(`--help          ${ms(helpMs.median)}, worst ${ms(helpMs.worst)}`);
    printLine(`first event     ${ms(firstEventMs.median)}, worst ${ms(firstEventMs.worst)}`);
    for (const [name, { runs, unclean, p50Ms, worstMs }] of [
      ['scan', stop],
      ['run ', stopRun],
    ] as const) {
      printLine(
        `SIGTERM, ${name}   ${runs - unclean.length} of ${runs} in order, after ${ms(p50Ms)}, worst ${ms(worstMs)}`,
      );
      for (const end of unclean) printLine(`  ${end}`);
    }
  }
  return stop.unclean.length + stopRun.unclean.length === 0 ? 0 : 1;
}

/** Options of `spotter bench match`. */
export interface MatchOptions extends CommonOptions {
  /** Photos in the gallery. */
  photos: number;
  /** Values per embedding. */
  dimension: number;
  json?: boolean;
}

/** `spotter bench match`: time to match probes with a large gallery, on one thread. */
export async function match({ signal }: Context, options: MatchOptions): Promise<number> {
  const { measureMatch } = await import('../../bench/match.js');
  const { photos, dimension } = options;
  const rows = await measureMatch(photos, dimension, signal);
  if (options.json) printJson({ photos, dimension, rows });
  else {
    printLines([`${photos} photos of ${dimension} values, one thread`, '  probes  median ms     p95 ms']);
    for (const { probes, medianMs, p95Ms } of rows) {
      printLine(
        `  ${String(probes).padStart(6)}  ${medianMs.toFixed(2).padStart(9)}  ${p95Ms.toFixed(2).padStart(9)}`,
      );
    }
  }
  return 0;
}

/** Options of `spotter bench reach`. */
export interface ReachOptions extends CommonOptions {
  /** Photos to use. */
  photos: number;
  json?: boolean;
}

/** `spotter bench reach`: sizes at which the detector finds faces with good boxes and landmarks. */
export async function reach({ signal }: Context, folder: string, options: ReachOptions): Promise<number> {
  const { measureReach } = await import('../../bench/reach.js');
  const { config } = configOf(options, CONNECTIONS);
  const { settings } = await prepare(config, options.models);
  const result = await measureReach(settings.detector, folder, options.photos, signal);
  if (options.json) printJson({ detector: settings.detector.id, ...result });
  else {
    const size = result.reach ? `${result.reach[0]} to ${result.reach[1]} px` : 'no size is good';
    printLine(`${settings.detector.id}, ${result.faces} faces: ${size}`);
    printLine('  face px   found     IoU   landmarks');
    for (const { px, found, iou, landmarkError } of result.rows) {
      const cells = [found, iou, landmarkError].map((value) =>
        (Number.isNaN(value) ? '-' : value.toFixed(2)).padStart(8),
      );
      printLine(`  ${String(px).padStart(7)}${cells.join('')}`);
    }
  }
  return 0;
}

/** The demo's clip is measured with the demo's people, so that figures do not depend on who is in the user's gallery. */
function withDemoGallery<T extends CommonOptions>(options: T, clip: string | undefined): T {
  return clip === undefined ? { gallery: DEMO_GALLERY, ...options } : options;
}
