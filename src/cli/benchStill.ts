import { DEMO_GALLERY } from '../../bench/daemon.js';
import { CONNECTIONS } from '../config/unusedSections.js';
import { prepare } from '../models/prepare.js';
import type { Context } from './context.js';
import { type CommonOptions, configOf } from './options.js';
import { printJson, printLines, printToStderr } from './print.js';

/** Options of `spotter bench still`. */
export interface StillBenchOptions extends CommonOptions {
  minutes: number;
  fps: number;
  width: number;
  kbps: number;
  json?: boolean;
}

/** `spotter bench still`: `scan --still skip` on film of a fixed camera, next to decoding alone. */
export async function still({ signal }: Context, options: StillBenchOptions): Promise<number> {
  const { measureStill } = await import('../../bench/still.js');
  const { config } = configOf({ gallery: DEMO_GALLERY, ...options }, CONNECTIONS);
  const prepared = await prepare(config, options.models);
  const { minutes, fps, width, kbps } = options;
  const onProgress = options.quiet ? () => {} : printToStderr;
  const result = await measureStill({ config, prepared, minutes, fps, width, kbps, onProgress, signal });
  if (options.json) printJson(result);
  else {
    const { cores, detector, embedder, rows } = result;
    const cell = (text: string) => text.padStart(12);
    printLines([
      `${minutes} min of H.264, ${width} px wide, ${fps} frames/s, ${kbps} kbit/s, ${detector} + ${embedder}, ${cores} cores`,
      `  moving  searched${['decoding', 'scaled', 'scan', 'CPU ratio', '24 h take', 'decoding'].map(cell).join('')}`,
      ...rows.map((row) => {
        const seconds = [row.decoding, row.scaling, row.scan].map((cost) => `${cost.seconds.toFixed(1)} s`);
        const hours = [row.dayHours, row.dayDecodingHours].map((value) => `${value.toFixed(2)} h`);
        const cells = [...seconds, row.timesDecoding.toFixed(2), ...hours].map(cell).join('');
        const share = `${((100 * row.searched) / row.frames).toFixed(1)} %`;
        return `  ${`${(100 * row.moving).toFixed(0)} %`.padStart(6)}  ${share.padStart(8)}${cells}`;
      }),
    ]);
  }
  return 0;
}
