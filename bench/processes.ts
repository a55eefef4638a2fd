import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SpotterError } from '../src/core/errors.js';
import { packageRoot } from '../src/core/package.js';
import { DEMO_CLIP, writeConfig } from './daemon.js';
import { median, quantile } from './statistics.js';

const MAIN = path.join(packageRoot, 'dist/src/main.js');

export interface StartResult {
  helpMs: { median: number; worst: number };
  /** From the start of `scan` to its first event; the clip must have a face in its first frame. */
  firstEventMs: { median: number; worst: number };
}

/**
 * Milliseconds that the program takes from its start to its help, and to the first event of a scan.
 *
 * @throws SpotterError usage: the scan ends without an event
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
  throw new SpotterError('usage', `the scan ended without an event (${end}); see what "${command}" says`);
}

export interface StopResult {
  runs: number;
  /** How each run ended that did not end with exit code 0. */
  unclean: string[];
  /** From the signal to the end, ms. */
  p50Ms: number;
  worstMs: number;
}

/**
 * Runs beside the program: tells on descriptor 3 when it has begun to listen for SIGTERM. Before that Node itself is
 * still starting, and no program can catch a signal.
 */
const LISTENING = `import { writeSync } from 'node:fs';
process.on('newListener', (event) => event === 'SIGTERM' && process.nextTick(() => writeSync(3, '.')));`;

/**
 * Sends SIGTERM to the program at a random moment, again and again.
 *
 * @param programArguments a command that goes on for longer, with its arguments
 * @param latestMs how long after it listens the signal comes at the latest
 */
export async function measureStop(
  programArguments: string[],
  runs: number,
  latestMs: number,
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
    const start = performance.now();
    child.kill('SIGTERM');
    const end = await ended;
    times.push(performance.now() - start);
    if (end !== 'exit 0') unclean.push(`${end} after ${afterMs.toFixed(0)} ms`);
  }
  return { runs, unclean, p50Ms: quantile(times, 0.5), worstMs: Math.max(...times) };
}

/** The same of the daemon with more work than it can do: from its start into its full load. */
export async function measureStopOfRun(runs: number): Promise<StopResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  try {
    const busy = { url: DEMO_CLIP, loop: true, realtime: false };
    const config = writeConfig(folder, [
      ...['a', 'b', 'c'].map((id) => ({ id, ...busy })),
      { id: 'live', url: 'test:', motion: { enabled: false } },
    ]);
    return await measureStop(['run', '-c', config, '--events', 'off', '--quiet'], runs, 6000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function finished(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(signal ? `signal ${signal}` : `exit ${code}`));
  });
}
