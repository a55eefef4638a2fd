import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SpotterError } from '../src/core/errors.js';
import { packageRoot } from '../src/core/package.js';
import { DEMO_CLIP, writeConfig } from './daemon.js';
import { median, quantile } from './statistics.js';

const MAIN = path.join(packageRoot, 'dist/src/main.js');

/** How fast the program starts, from its spawn, ms. */
export interface StartResult {
  helpMs: { median: number; worst: number };
  /** To the first event of `scan`; the clip must show a face in its first frame. */
  firstEventMs: { median: number; worst: number };
}

/**
 * Measures the time from the start of the program to the end of `--help`, and to the first event of a scan.
 *
 * @throws SpotterError usage: the scan ended without an event
 */
export async function measureStart(scanArguments: string[], runs: number): Promise<StartResult> {
  const help: number[] = [];
  const first: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await finished(spawn(process.execPath, [MAIN, '--help'], { stdio: 'ignore' }));
    help.push(performance.now() - start);
    first.push(await firstEvent(scanArguments));
  }
  const summary = (values: number[]) => ({ median: median(values), worst: Math.max(...values) });
  return { helpMs: summary(help), firstEventMs: summary(first) };
}

async function firstEvent(scanArguments: string[]): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [MAIN, 'scan', ...scanArguments], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = finished(child);
  const first = new Promise<number>((resolve) => {
    child.stdout.once('data', () => resolve(performance.now() - start));
  });
  const ms = await Promise.race([first, ended.then((end) => failed(end, scanArguments))]);
  child.stdout.resume();
  child.kill('SIGTERM');
  await ended;
  return ms;
}

function failed(end: string, scanArguments: string[]): never {
  const command = `spotter scan ${scanArguments.join(' ')}`;
  throw new SpotterError('usage', `the scan ended without an event (${end}); run "${command}" to see why`);
}

/** How the program ends on SIGTERM. */
export interface StopResult {
  runs: number;
  /** For each run that did not exit in order: how it ended. */
  unclean: string[];
  /** From the signal to the exit, ms. */
  p50Ms: number;
  worstMs: number;
}

/**
 * Preloaded into the program: writes to descriptor 3 once it listens for SIGTERM. Before that, Node itself is still
 * starting, and no program can catch a signal.
 */
const LISTENING = `import { writeSync } from 'node:fs';
process.on('newListener', (event) => event === 'SIGTERM' && process.nextTick(() => writeSync(3, '.')));`;

/**
 * Starts the program repeatedly and sends each run SIGTERM at a random moment.
 *
 * @param programArguments a command that runs for longer than `latestMs`, with its arguments
 * @param latestMs latest time of the signal, counted from the moment the program listens for it
 * @param code exit code of an orderly end by the signal
 */
export async function measureStop(
  programArguments: string[],
  runs: number,
  latestMs: number,
  code: number,
): Promise<StopResult> {
  const unclean: string[] = [];
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const watch = `data:text/javascript,${encodeURIComponent(LISTENING)}`;
    const child = spawn(process.execPath, ['--import', watch, MAIN, ...programArguments], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const ended = finished(child);
    await Promise.race([ended, new Promise((resolve) => child.stdio[3]?.once('data', resolve))]);
    const afterMs = Math.random() * latestMs;
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, afterMs))]);
    const hasEnded = child.exitCode === 0;
    const start = performance.now();
    child.kill('SIGTERM');
    const end = await ended;
    times.push(performance.now() - start);
    if (!hasEnded && end !== `exit ${code}`) unclean.push(`${end} after ${afterMs.toFixed(0)} ms`);
  }
  return { runs, unclean, p50Ms: quantile(times, 0.5), worstMs: Math.max(...times) };
}

/** {@link measureStop} for an overloaded daemon: signals from its start to its full load. */
export async function measureStopOfRun(runs: number): Promise<StopResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  try {
    const busy = { url: DEMO_CLIP, loop: true, realtime: false };
    const config = writeConfig(folder, [
      ...['a', 'b', 'c'].map((id) => ({ id, ...busy })),
      { id: 'live', url: 'test:', motion: { enabled: false } },
    ]);
    return await measureStop(['run', '-c', config, '--events', 'off', '--quiet'], runs, 6000, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function finished(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(signal ? `signal ${signal}` : `exit ${code}`));
  });
}
