import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { packageRoot } from '../src/package.js';

/** The real daemon and the far ends that it needs, for measurements from outside. */

const MAIN = path.join(packageRoot, 'dist/src/main.js');
const RTSP_SERVER = path.join(packageRoot, 'test/helpers/rtspServer.py');
const POLL_MS = 20;

/** The demo's clip: people who are in the gallery. */
export const DEMO_CLIP = path.join(packageRoot, 'test/fixtures/demo/clip.mp4');

/** What every measurement of the daemon needs. */
export interface DaemonBench {
  /** Options of the command line for models and gallery. */
  daemonArguments: readonly string[];
  /** Ends the measurement early, with what there is by then. */
  signal: AbortSignal;
  /** Told how far it is. */
  onProgress?: (done: number, of: number, what: string) => void;
}

export interface Daemon {
  child: ChildProcess;
  pid: number;
  /** host:port */
  address: string;
  /** Resolves with how it ended: `exit 0`, `signal SIGKILL`. */
  ended: Promise<string>;
}

type CameraEntry = { id: string; url: string; [key: string]: unknown };

/** Runs some work with a folder of its own, which is gone afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the configuration of a daemon on a free port with the package's models and people. @returns the file */
export function writeConfig(
  folder: string,
  cameras: readonly CameraEntry[],
  more: Record<string, unknown> = {},
): string {
  const file = path.join(folder, 'config.yaml');
  const config = {
    cameras,
    gallery: path.join(packageRoot, 'gallery'),
    models: { folder: path.join(packageRoot, 'models') },
    data: path.join(folder, 'data'),
    http: { port: 0 },
    ...more,
  };
  writeFileSync(file, stringify(config));
  return file;
}

/** Starts the daemon and waits until it is ready and its cameras begin. */
export async function startDaemon(config: string, daemonArguments: readonly string[]): Promise<Daemon> {
  const child = spawn(process.execPath, [MAIN, 'run', '-c', config, '--events', 'off', ...daemonArguments], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = endOf(child);
  const [, address] = await lineOf(child, /ws:\/\/([^/\s"]+)\/ws/);
  return { child, pid: child.pid ?? 0, address, ended };
}

/** Runs some work beside a daemon, which ends with it. */
export async function withDaemon<T>(
  config: string,
  daemonArguments: readonly string[],
  work: (daemon: Daemon) => Promise<T>,
): Promise<T> {
  const daemon = await startDaemon(config, daemonArguments);
  try {
    return await work(daemon);
  } finally {
    daemon.child.kill('SIGTERM');
    await daemon.ended;
  }
}

export interface RtspServer {
  port: number;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** A real RTSP server on 127.0.0.1 that plays a clip under /cam. @param port 0: any free one */
export async function startRtsp(clip: string, port = 0): Promise<RtspServer> {
  const child = spawn('/usr/bin/python3', [RTSP_SERVER, JSON.stringify({ clip, port })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = endOf(child);
  const [, bound] = await lineOf(child, /^ready (\d+)/);
  return {
    port: Number(bound),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Resolves true once something holds, false when it has not within a time or the signal came first. */
export async function holds(
  check: () => Promise<boolean> | boolean,
  withinMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!(await check())) {
    if (signal.aborted || performance.now() > deadline) return false;
    await pause(POLL_MS, signal);
  }
  return true;
}

/** Resolves after a time, at once when the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit ${code}`));
  });
}

/** The first line that fits; what follows is read and forgotten. */
async function lineOf(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  const input = child.stderr ?? child.stdout;
  if (!input) throw new Error('nothing to read from');
  const lines = createInterface({ input });
  const seen: string[] = [];
  return new Promise((resolve, reject) => {
    const look = (line: string) => {
      seen.push(line);
      const match = pattern.exec(line);
      if (!match) return;
      lines.off('line', look).resume();
      resolve(match);
    };
    lines.on('line', look);
    lines.once('close', () => reject(new Error(`no line like ${pattern} in:\n${seen.join('\n')}`)));
  });
}
