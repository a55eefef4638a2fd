import type { Context } from './context.js';
import type { CommonOptions } from './options.js';
import { printJson } from './print.js';
import { ProgressBar } from './progress.js';

interface LogOptions extends CommonOptions {
  json?: boolean;
}

export interface EventsOptions extends LogOptions {
  rate: number;
  seconds: number;
}

const ms = (value: number) => `${value.toFixed(1)} ms`;

/** Events through log and WebSocket to a client that reads and one that does not. */
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
    write([
      `${published} events in ${result.seconds} s`,
      `publish        p50 ${ms(publishMs.p50)}, p99 ${ms(publishMs.p99)}, worst ${ms(publishMs.worst)}`,
      `normal client  ${normal.missing} missing, ${normal.twice} twice`,
      `slow client    cut ${slow.cuts} times; ${slow.missing} missing, ${slow.twice} twice after coming back`,
      `memory         ${rssMb.settled.toFixed(0)} MB after 10 s, at most ${rssMb.most.toFixed(0)} MB afterwards`,
    ]);
  }
  return normal.missing + normal.twice + slow.missing + slow.twice === 0 ? 0 : 1;
}

export interface HistoryOptions extends LogOptions {
  events: number;
}

/** Every kind of question to a large log. */
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
    write([
      `${result.events} events, ${result.logMb.toFixed(0)} MB, filled at ${result.fillPerSecond.toFixed(0)} events/s; ms over HTTP`,
      `  ${'events that'.padEnd(42)}${['found', 'p50', 'p95', 'worst'].map((name) => name.padStart(9)).join('')}`,
      ...result.rows.map(
        ({ query, found, p50Ms, p95Ms, worstMs }) =>
          `  ${query.padEnd(42)}${String(found).padStart(9)}${cell(p50Ms)}${cell(p95Ms)}${cell(worstMs)}`,
      ),
    ]);
  }
  return 0;
}

export interface CrashOptions extends LogOptions {
  runs: number;
  rate: number;
}

/** The log's process is killed in the middle of its writing. */
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
    write([
      `${result.runs} kills, ${seen} events told`,
      `told but not in the log   ${absent}`,
      `logs not whole            ${damaged}`,
      `told twice, left out      ${twice}, ${undetected}`,
      `start                     ${ms(startMs.p50)}, worst ${ms(startMs.worst)}`,
    ]);
  }
  return absent + damaged + twice + undetected === 0 ? 0 : 1;
}

export interface StormOptions extends LogOptions {
  drops: number;
  rate: number;
}

/** A client that hangs up and comes back. */
export async function storm({ signal }: Context, options: StormOptions): Promise<number> {
  const { measureStorm } = await import('../../bench/eventLog.js');
  const result = await measureStorm(options.drops, options.rate, signal);
  const { drops, published, missing, twice, undetected } = result;
  if (options.json) printJson(result);
  else {
    write([
      `${drops} drops, ${published} events: ${missing} missing, ${twice} twice, ${undetected} gaps without a word`,
    ]);
  }
  return missing + twice + undetected === 0 ? 0 : 1;
}

function write(lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
