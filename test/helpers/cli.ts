import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { main } from './paths.js';

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** The real program, as a user starts it. Ends with the test at the latest. */
export function start(args: string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Runs the program to its end. */
export function spotter(args: string[], options: SpawnOptions = {}): Promise<Finished> {
  return finish(start(args, options));
}

/** Waits for the end of a program and gives everything that it wrote. */
export async function finish(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data) => {
    stdout += data;
  });
  child.stderr?.on('data', (data) => {
    stderr += data;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

/** Each line of a text as JSON. */
export function jsonLines<T = Record<string, unknown>>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The first line on a stream that fits; rejects when the stream ends without one. */
export async function lineMatching(
  child: ChildProcess,
  stream: 'stdout' | 'stderr',
  pattern: RegExp,
): Promise<string> {
  const input = child[stream];
  if (!input) throw new Error(`${stream} is not a pipe`);
  const lines: string[] = [];
  for await (const line of createInterface({ input })) {
    lines.push(line);
    if (pattern.test(line)) return line;
  }
  throw new Error(`no line like ${pattern} in:\n${lines.join('\n')}`);
}
