import type { Context } from './context.js';
import type { CommonOptions } from './options.js';
import { printJson } from './print.js';
import { ProgressBar } from './progress.js';

export interface KillOptions extends CommonOptions {
  runs: number;
  json?: boolean;
}

/** How long nobody watches when the engine dies. */
export async function kill({ signal }: Context, { runs, json }: KillOptions): Promise<number> {
  const { measureKill } = await import('../../bench/kill.js');
  const result = await measureKill(runs, signal);
  const { readyMs, framesMs, untold, connected } = result;
  if (json) printJson(result);
  else {
    const line = ({ p50, worst }: typeof readyMs) =>
      `after ${p50.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`;
    process.stdout.write(`${result.runs} kills by SIGSEGV, SIGABRT and SIGKILL in turn\n`);
    process.stdout.write(`engine ready again   ${line(readyMs)}\nframes flow again    ${line(framesMs)}\n`);
    process.stdout.write(
      `gaps not told        ${untold}\nWebSocket            ${connected ? 'stayed open' : 'was closed'}\n`,
    );
  }
  return connected && untold === 0 ? 0 : 1;
}

/** What decoders leave behind that are started and stopped again and again. */
export async function starts({ signal }: Context, { runs, json }: KillOptions): Promise<number> {
  const { measureStarts } = await import('../../bench/starts.js');
  const result = await measureStarts(runs, signal);
  const { left, zombies, descriptors, stopMs } = result;
  if (json) printJson(result);
  else
    process.stdout.write(
      [
        `${result.runs} decoders started and stopped, gone after ${stopMs.p50.toFixed(0)} ms, worst ${stopMs.worst.toFixed(0)} ms`,
        `processes left  ${left}, of them zombies ${zombies}`,
        `descriptors     ${descriptors.join(', at the end ')}`,
        '',
      ].join('\n'),
    );
  return left === 0 && Math.abs(descriptors[1] - descriptors[0]) <= 2 ? 0 : 1;
}

export interface SoakOptions extends CommonOptions {
  minutes: number;
  cutEvery: number;
  json?: boolean;
}

/** Memory, descriptors and processes of a daemon over a long time with a camera that is cut now and then. */
export async function soak({ signal }: Context, options: SoakOptions): Promise<number> {
  const { measureSoak } = await import('../../bench/soak.js');
  const { minutes, cutEvery: cutEverySeconds, quiet, json } = options;
  const bar = new ProgressBar('minutes', !quiet);
  const result = await measureSoak({
    minutes,
    cutEverySeconds,
    signal,
    onProgress: (minute, text) => bar.show(Math.floor(minute), minutes, text),
  }).finally(() => bar.stop());
  if (json) printJson(result);
  else {
    const { cuts, restarts, frames, firstMb, lastMb, slopeMbPerHour, descriptors, processes } = result;
    process.stdout.write(
      [
        `${result.minutes.toFixed(0)} min, ${frames} frames, ${cuts} cuts, ${restarts} attempts to connect again`,
        `memory       ${firstMb.toFixed(0)} MB, at the end ${lastMb.toFixed(0)} MB; ${slopeMbPerHour.toFixed(1)} MB an hour`,
        `descriptors  ${descriptors.join(', at the end ')}`,
        `processes    ${processes.join(', at the end ')}`,
        '',
      ].join('\n'),
    );
  }
  return 0;
}

export interface GalleryBenchOptions extends CommonOptions {
  photos: number;
  rounds: number;
  json?: boolean;
}

/** How soon a photo counts that is added to a large gallery while the daemon runs, and what it costs. */
export async function gallery({ signal }: Context, options: GalleryBenchOptions): Promise<number> {
  const { measureGallery } = await import('../../bench/gallery.js');
  const { photos, rounds, quiet, json } = options;
  const bar = new ProgressBar('rounds', !quiet);
  const onProgress = bar.show.bind(bar);
  const result = await measureGallery({ photos, rounds, signal, onProgress }).finally(() => bar.stop());
  if (json) printJson(result);
  else {
    const time = ({ p50, worst }: typeof result.addedMs) =>
      `after ${p50.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`;
    const frames = ({ dropped, processed }: typeof result.busy) =>
      `${dropped} dropped, ${processed} processed`;
    const [before, after] = result.memoryMb;
    process.stdout.write(
      [
        `${photos} photos, ${rounds} times one added and removed`,
        `added counts     ${time(result.addedMs)}`,
        `removed counts   ${time(result.removedMs)}`,
        `live frames      ${frames(result.busy)}`,
        `without changes  ${frames(result.quiet)}`,
        `memory           ${before.toFixed(0)} MB, at the end ${after.toFixed(0)} MB`,
        '',
      ].join('\n'),
    );
  }
  return result.addedMs.worst <= 1000 && result.busy.dropped <= result.quiet.dropped ? 0 : 1;
}
