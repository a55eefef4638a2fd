import path from 'node:path';
import { prepare } from '../engine.js';
import { packageRoot } from '../package.js';
import { type CommonOptions, configOf } from './options.js';
import { printJson } from './print.js';
import type { Context } from './program.js';

const DEMO_CLIP = 'test/fixtures/demo/clip.mp4';

export interface ThroughputOptions extends CommonOptions {
  peer?: string;
  rounds: number;
  json?: boolean;
}

/** Frames a second of one clip on all cores. */
export async function throughput(
  { signal }: Context,
  given: string | undefined,
  options: ThroughputOptions,
): Promise<number> {
  const { measureThroughput } = await import('../../bench/throughput.js');
  const { config } = configOf(options);
  const clip = given ?? path.join(packageRoot, DEMO_CLIP);
  const prepared = await prepare(config, options.models);
  const { rounds, peer } = options;
  const result = await measureThroughput({ config, prepared, clip, rounds, peer, signal });
  if (options.json) printJson(result);
  else {
    const { fps, cores, detector, embedder, ceilingFps, ofCeiling, peerFps, timesPeer, budget } = result;
    const lines = [
      `${path.basename(clip)}, ${result.frames} frames, ${detector} + ${embedder}, ${cores} cores, median of ${rounds}`,
      `  spotter                 ${fps.toFixed(1).padStart(7)} frames/s`,
      `  networks alone allow    ${ceilingFps.toFixed(1).padStart(7)} frames/s   spotter reaches ${ofCeiling.toFixed(2)} of it`,
      ...(peerFps === null || timesPeer === null
        ? []
        : [
            `  peer                    ${peerFps.toFixed(1).padStart(7)} frames/s   spotter is ${timesPeer.toFixed(2)} times as fast`,
          ]),
      '  where a frame takes the cores, in ms of one core:',
      ...Object.entries(budget).map(([name, ms]) => `    ${name.padEnd(42)} ${ms.toFixed(2).padStart(7)}`),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  return 0;
}

export interface MatchOptions extends CommonOptions {
  photos: number;
  dimension: number;
  json?: boolean;
}

/** Probes against a large gallery on one thread. */
export async function match(_context: Context, options: MatchOptions): Promise<number> {
  const { measureMatch } = await import('../../bench/match.js');
  const { photos, dimension } = options;
  const rows = await measureMatch(photos, dimension);
  if (options.json) printJson({ photos, dimension, rows });
  else {
    process.stdout.write(
      `${photos} photos of ${dimension} values, one thread\n  probes  median ms     p95 ms\n`,
    );
    for (const { probes, medianMs, p95Ms } of rows) {
      process.stdout.write(
        `  ${String(probes).padStart(6)}  ${medianMs.toFixed(2).padStart(9)}  ${p95Ms.toFixed(2).padStart(9)}\n`,
      );
    }
  }
  return 0;
}
