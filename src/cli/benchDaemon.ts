import type { Context } from './context.js';
import type { CommonOptions } from './options.js';
import { printJson, printLines } from './print.js';
import { ProgressBar } from './progress.js';

/** Options of `spotter bench kill` and `spotter bench starts`. */
export interface RunsOptions extends CommonOptions {
  /** Kills, or decoders to start. */
  runs: number;
  json?: boolean;
}

/** `spotter bench kill`: length of the gap after the engine dies. @returns 1 if a gap is not published or the WebSocket closes */
export async function kill({ signal }: Context, { runs, json }: RunsOptions): Promise<number> {
  const { measureKill } = await import('../../bench/kill.js');
  const result = await measureKill(runs, signal);
  const { readyMs, framesMs, missingGaps, connected } = result;
  if (json) printJson(result);
  else {
    const line = ({ p50, worst }: typeof readyMs) =>
      `after ${p50.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`;
    printLines([
      `${result.runs} kills, by SIGSEGV, SIGABRT and SIGKILL in turn`,
      `engine ready again   ${line(readyMs)}`,
      `frames again         ${line(framesMs)}`,
      `gaps not published   ${missingGaps}`,
      `WebSocket            ${connected ? 'stayed open' : 'was closed'}`,
    ]);
  }
  return connected && missingGaps === 0 ? 0 : 1;
}

/** `spotter bench starts`: what stopped decoders leave behind. @returns 1 if it is a process or more than two descriptors */
export async function starts({ signal }: Context, { runs, json }: RunsOptions): Promise<number> {
  const { measureStarts } = await import('../../bench/starts.js');
  const result = await measureStarts(runs, signal);
  const { left, zombies, descriptors, stopMs } = result;
  if (json) printJson(result);
  else
    printLines([
      `${result.runs} decoders started and stopped, gone after ${stopMs.p50.toFixed(0)} ms, worst ${stopMs.worst.toFixed(0)} ms`,
      `processes left  ${left}, ${zombies} of them zombies`,
      `descriptors     ${descriptors.join(', at the end ')}`,
    ]);
  return left === 0 && Math.abs(descriptors[1] - descriptors[0]) <= 2 ? 0 : 1;
}

/** Options of `spotter bench soak`. */
export interface SoakOptions extends CommonOptions {
  /** Duration. */
  minutes: number;
  /** Seconds between kills of the RTSP server. */
  cutEvery: number;
  json?: boolean;
}

/** `spotter bench soak`: memory, descriptors and processes of a daemon over hours, with a camera that is cut now and then. */
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
    printLines([
      `${result.minutes.toFixed(0)} min, ${frames} frames, ${cuts} cuts, ${restarts} reconnect attempts`,
      `memory       ${firstMb.toFixed(0)} MB, at the end ${lastMb.toFixed(0)} MB; ${slopeMbPerHour.toFixed(1)} MB per hour`,
      `descriptors  ${descriptors.join(', at the end ')}`,
      `processes    ${processes.join(', at the end ')}`,
    ]);
  }
  return 0;
}

/** Options of `spotter bench gallery`. */
export interface GalleryBenchOptions extends CommonOptions {
  /** Photos in the gallery. */
  photos: number;
  /** Photos to add and remove. */
  rounds: number;
  json?: boolean;
}

/**
 * `spotter bench gallery`: time until a photo added to a running daemon takes effect, and the cost.
 *
 * @returns 1 if it takes more than a second, or live frames are dropped because of it
 */
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
    printLines([
      `${photos} photos; one added and removed, ${rounds} times`,
      `photo added      ${time(result.addedMs)}`,
      `photo removed    ${time(result.removedMs)}`,
      `live frames      ${frames(result.busy)}`,
      `without changes  ${frames(result.quiet)}`,
      `memory           ${before.toFixed(0)} MB, at the end ${after.toFixed(0)} MB`,
    ]);
  }
  return result.addedMs.worst <= 1000 && result.busy.dropped <= result.quiet.dropped ? 0 : 1;
}
