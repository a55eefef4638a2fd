import type { LoadRow } from '../../bench/overload.js';
import type { Context } from './context.js';
import type { CommonOptions } from './options.js';
import { printJson } from './print.js';
import { ProgressBar } from './progress.js';

export interface OverloadOptions extends CommonOptions {
  minutes: number;
  times: number;
  fps: number;
  width: number;
  json?: boolean;
}

const STEPS = 3;

/** Latency and exact counts with far more pictures than can be looked at. */
export async function overload({ signal }: Context, options: OverloadOptions): Promise<number> {
  const { measureOverload } = await import('../../bench/overload.js');
  const { minutes, times, fps, width, models, gallery, detector, embedder } = options;
  const chosen = Object.entries({ models, gallery, detector, embedder }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
  const bar = new ProgressBar('loads', !options.quiet);
  let step = 0;
  const result = await measureOverload({
    minutes,
    times,
    fps,
    width,
    daemonArguments: chosen,
    signal,
    onProgress: (text) => bar.show(step++, STEPS, text),
  }).finally(() => bar.stop());
  const { idle, loaded, eventRatio, frameRatio } = result;
  if (options.json) printJson(result);
  else
    process.stdout.write(
      [
        ...[idle, loaded].flatMap(describe),
        `95th percentile under load over that of one camera: events ${eventRatio.toFixed(2)}, frames ${frameRatio.toFixed(2)}`,
        '',
      ].join('\n'),
    );
  const isExact = [idle, loaded].every(
    ({ counts, mostInWork }) => counts.inexact.length === 0 && mostInWork <= 1,
  );
  return isExact ? 0 : 1;
}

function describe(row: LoadRow): string[] {
  const { decoded, processed, failed, dropped, inexact } = row.counts;
  const three = ({ p50, p95, p99 }: LoadRow['events']) =>
    [p50, p95, p99].map((ms) => ms.toFixed(0)).join('/');
  const drops = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  return [
    `${row.cameras} camera${row.cameras === 1 ? '' : 's'}: ${row.decodedFps.toFixed(1)} pictures a second came, ${row.processedFps.toFixed(1)} were looked at`,
    `  ms, p50/p95/p99       events ${three(row.events)}, frames ${three(row.frames)}`,
    `  of one camera         at most ${row.mostInWork} in work at a time`,
    `  ${decoded} decoded = ${processed} processed + ${drops.join(' + ')} + ${failed} failed${inexact.length === 0 ? '' : `; NOT EXACT: ${inexact.join(', ')}`}`,
  ];
}
