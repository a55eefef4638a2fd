import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { stringify } from 'yaml';
import { packageRoot } from '../src/core/package.js';

/** The daemon as a process of its own, and what can be seen of it from outside. */

const MAIN = path.join(packageRoot, 'dist/src/main.js');
const RTSP_SERVER = path.join(packageRoot, 'assets/rtspServer.py');
const MS_PER_TICK = 10;
const PAGE_BYTES = 4096;

/** The demo's own clip. */
export const DEMO_CLIP = path.join(packageRoot, 'assets/demo/clip.mp4');

/** Writes a configuration on a free port, by default with the demo's people. @returns its file */
export function writeConfig(
  folder: string,
  cameras: object[],
  gallery = path.join(packageRoot, 'gallery'),
): string {
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

/** Starts the daemon. @returns it, and where it listens, as host:port */
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

/** Starts the tests' RTSP server on a clip; a free port unless one is named. @returns it, and its port */
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

export async function metricsOf(address: string): Promise<string> {
  return (await fetch(`http://${address}/metrics`)).text();
}

/** A process and all that came from it, by /proc. */
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

/** The samples of one metric. */
export function samples(metrics: string, name: string): { labels: string; value: number }[] {
  return [...metrics.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)]
    .filter(([, found]) => found === name)
    .map(([, , labels = '', value]) => ({ labels, value: Number(value) }));
}

/** Their sum, of those whose labels include a text. */
export function sum(metrics: string, name: string, labels: string): number {
  return samples(metrics, name)
    .filter((sample) => sample.labels.includes(labels))
    .reduce((total, { value }) => total + value, 0);
}

/** The first line that fits. @throws Error when its output ends without one */
async function lineOf(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  const input = child.stderr ?? child.stdout;
  if (!input) throw new Error('nothing to read from');
  const lines = createInterface({ input });
  return new Promise((resolve, reject) => {
    const seen: string[] = [];
    lines.on('line', (line) => {
      seen.push(line);
      const match = pattern.exec(line);
      if (match) resolve(match);
    });
    lines.once('close', () => reject(new Error(`no line like ${pattern} in:\n${seen.join('\n')}`)));
  });
}

/** Ends a process in order, and waits for it. */
export async function ended(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Resolves after so many ms, or when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}
