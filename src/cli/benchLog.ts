import type { Context } from './context.js';
import type { CommonOptions } from './options.js';
import { printJson, printLines } from './print.js';
import { ProgressBar } from './progress.js';

/** Options that the benches of the event log share. */
interface LogOptions extends CommonOptions {
  json?: boolean;
}

/** Options of `spotter bench events`. */
export interface EventsOptions extends LogOptions {
  /** Events per second. */
  rate: number;
  /** Duration. */
  seconds: number;
}

const ms = (value: number) => `${value.toFixed(1)} ms`;

/** `spotter bench events`: events to a client that reads and one that stalls. @returns 1 if any is missing or doubled */
export async function events({ signal }: Context, options: EventsOptions): Promise<number> {
  const { measureEvents } = await import('../../bench/eventLog.js');
  const { rate, seconds, quiet, json } = options;
  const bar = new ProgressBar('seconds', !quiet);
  const result = await measureEvents(rate, seconds, signal, (second) =>
    bar.show(second, seconds, 'events flow'),
  ).finally(() => bar.stop());
  const { published, publishMs, normal, slow, rssMb } = result;
  if (json) printJson(result);
  else {
    printLines([
      `${published} events in ${result.seconds} s`,
      `publish        p50 ${ms(publishMs.p50)}, p99 ${ms(publishMs.p99)}, worst ${ms(publishMs.worst)}`,
      `normal client  ${normal.missing} missing, ${normal.twice} twice`,
      `slow client    disconnected ${slow.cuts} times; after resuming ${slow.missing} missing, ${slow.twice} twice`,
      `memory         ${rssMb.settled.toFixed(0)} MB after 10 s, at most ${rssMb.most.toFixed(0)} MB afterwards`,
    ]);
  }
  return normal.missing + normal.twice + slow.missing + slow.twice === 0 ? 0 : 1;
}

/** Options of `spotter bench history`. */
export interface HistoryOptions extends LogOptions {
  /** Events in the log. */
  events: number;
}

/** `spotter bench history`: HTTP queries of every kind to a large event log. */
export async function history({ signal }: Context, options: HistoryOptions): Promise<number> {
  const { measureHistory } = await import('../../bench/history.js');
  const { quiet, json } = options;
  const bar = new ProgressBar('events', !quiet);
  const result = await measureHistory(options.events, signal, (done) =>
    bar.show(done, options.events, 'filling the log'),
  ).finally(() => bar.stop());
  if (json) printJson(result);
  else {
    const cell = (value: number) => value.toFixed(1).padStart(9);
    printLines([
      `${result.events} events, ${result.logMb.toFixed(0)} MB, filled at ${result.fillPerSecond.toFixed(0)} events/s; ms over HTTP`,
      `  ${'query'.padEnd(42)}${['found', 'p50', 'p95', 'worst'].map((name) => name.padStart(9)).join('')}`,
      ...result.rows.map(
        ({ query, found, p50Ms, p95Ms, worstMs }) =>
          `  ${query.padEnd(42)}${String(found).padStart(9)}${cell(p50Ms)}${cell(p95Ms)}${cell(worstMs)}`,
      ),
    ]);
  }
  return 0;
}

/** Options of `spotter bench crash`. */
export interface CrashOptions extends LogOptions {
  /** Kills. */
  runs: number;
  /** Events per second. */
  rate: number;
}

/** `spotter bench crash`: kills the log's process mid-write. @returns 1 if an event is missing or doubled, or the log is damaged */
export async function crash({ signal }: Context, options: CrashOptions): Promise<number> {
  const { measureCrash } = await import('../../bench/eventLog.js');
  const { runs, rate, quiet, json } = options;
  const bar = new ProgressBar('kills', !quiet);
  const result = await measureCrash(runs, rate, signal, (run) => bar.show(run, runs, 'killing')).finally(() =>
    bar.stop(),
  );
  const { seen, absent, damaged, twice, undetected, startMs } = result;
  if (json) printJson(result);
  else {
    printLines([
      `${result.runs} kills, ${seen} events received`,
      `not in the log            ${absent}`,
      `damaged logs              ${damaged}`,
      `received twice, skipped   ${twice}, ${undetected}`,
      `start                     ${ms(startMs.p50)}, worst ${ms(startMs.worst)}`,
    ]);
  }
  return absent + damaged + twice + undetected === 0 ? 0 : 1;
}

/** Options of `spotter bench storm`. */
export interface StormOptions extends LogOptions {
  /** Disconnects. */
  drops: number;
  /** Events per second. */
  rate: number;
}

/** `spotter bench storm`: a client that disconnects and resumes. @returns 1 if it misses an event or receives one twice */
export async function storm({ signal }: Context, options: StormOptions): Promise<number> {
  const { measureStorm } = await import('../../bench/eventLog.js');
  const result = await measureStorm(options.drops, options.rate, signal);
  const { drops, published, missing, twice, undetected } = result;
  if (options.json) printJson(result);
  else {
    printLines([
      `${drops} disconnects, ${published} events: ${missing} missing, ${twice} twice, ${undetected} unannounced gaps`,
    ]);
  }
  return missing + twice + undetected === 0 ? 0 : 1;
}
