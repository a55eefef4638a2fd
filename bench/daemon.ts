import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { stringify } from 'yaml';
import { packageRoot } from '../src/core/package.js';

const MAIN = path.join(packageRoot, 'dist/src/main.js');
const RTSP_SERVER = path.join(packageRoot, 'assets/rtspServer.py');
const MS_PER_TICK = 10;
const PAGE_BYTES = 4096;

/** The clip of `npm run demo`. */
export const DEMO_CLIP = path.join(packageRoot, 'assets/demo/clip.mp4');

/** The people of the demo. */
export const DEMO_GALLERY = path.join(packageRoot, 'assets/demo/gallery');

/** Writes a configuration with a free port and, by default, the demo's gallery. @returns the path of the file */
export function writeConfig(folder: string, cameras: object[], gallery = DEMO_GALLERY): string {
  const file = path.join(folder, 'config.yaml');
  writeFileSync(
    file,
    stringify({
      cameras,
      gallery,
      models: { folder: path.join(packageRoot, 'models') },
      data: path.join(folder, 'data'),
      http: { port: 0 },
    }),
  );
  return file;
}

/**
 * Starts the daemon and waits until it listens.
 *
 * @param more further command-line arguments
 * @returns the process and its address, host:port
 * @throws Error: it exits first; the message has its output
 */
export async function startDaemon(
  config: string,
  more: string[] = [],
): Promise<{ daemon: ChildProcess; address: string }> {
  const daemon = spawn(process.execPath, [MAIN, 'run', '-c', config, '--events', 'off', ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [, address] = await lineOf(daemon, /ws:\/\/([^/\s"]+)\/ws/);
  return { daemon, address };
}

/**
 * Starts the RTSP server on a clip and waits until it listens.
 *
 * @param port default: a free port
 * @throws Error: it exits first
 */
export async function startRtspServer(
  clip: string,
  port?: string,
): Promise<{ server: ChildProcess; port: string }> {
  const options = { clip, ...(port !== undefined && { port: Number(port) }) };
  const server = spawn('/usr/bin/python3', [RTSP_SERVER, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [, found] = await lineOf(server, /^ready (\d+)/);
  return { server, port: found };
}

/** Reads /metrics. @param address host:port */
export async function metricsOf(address: string): Promise<string> {
  return (await fetch(`http://${address}/metrics`)).text();
}

/** A process and all of its descendants, from /proc: CPU time in ms, resident memory in MB. Linux only. */
export function familyOf(root: number): { pid: number; name: string; cpuMs: number; mb: number }[] {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        const ticks = Number(fields[11]) + Number(fields[12]);
        return [
          {
            pid: Number(pid),
            parent: Number(fields[1]),
            name,
            cpuMs: ticks * MS_PER_TICK,
            mb: (Number(fields[21]) * PAGE_BYTES) / 2 ** 20,
          },
        ];
      } catch {
        return [];
      }
    });
  const family = new Set([root]);
  for (let grown = true; grown; ) {
    const children = all.filter(({ pid, parent }) => family.has(parent) && !family.has(pid));
    for (const { pid } of children) family.add(pid);
    grown = children.length > 0;
  }
  return all.filter(({ pid }) => family.has(pid));
}

/** The samples of one metric. @param metrics text of /metrics */
export function samples(metrics: string, name: string): { labels: string; value: number }[] {
  return [...metrics.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)]
    .filter(([, found]) => found === name)
    .map(([, , labels = '', value]) => ({ labels, value: Number(value) }));
}

/** The sum of the samples of one metric whose labels contain a text. */
export function sum(metrics: string, name: string, labels: string): number {
  return samples(metrics, name)
    .filter((sample) => sample.labels.includes(labels))
    .reduce((total, { value }) => total + value, 0);
}

/** Waits for a line of output that matches. @throws Error if the output ends without one */
async function lineOf(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  const input = child.stderr ?? child.stdout;
  if (!input) throw new Error('the process has no piped output');
  const lines = createInterface({ input });
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    lines.on('line', (line) => {
      seen.push(line);
      const match = pattern.exec(line);
      if (match) resolve(match);
    });
    lines.once('close', () => reject(new Error(`no line matches ${pattern} in:\n${seen.join('\n')}`)));
  });
}

/** Sends SIGTERM and waits for the exit. */
export async function ended(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Sends SIGKILL and waits for the exit. */
export async function killed(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Resolves with a promise, after a time in ms, or when the signal is aborted; leaves neither timer nor listener behind. */
export async function within(ms: number, promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const stop = () => over.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  await Promise.race([promise, pause(ms, over.signal)]);
  signal.removeEventListener('abort', stop);
  stop();
}

/** Resolves after a time in ms, or when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}
