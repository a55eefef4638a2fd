import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { stringify } from 'yaml';
import { SpotterError } from '../src/core/errors.js';
import { packageRoot } from '../src/core/package.js';
import { ended, familyOf, killed } from './daemon.js';
import type { Machine } from './machines.js';

const MAIN = path.join(packageRoot, 'dist/src/main.js');
const PORT = 8480;
const READY_MS = 60_000;
const POLL_MS = 100;
/** Of the bench's own clusters: what they store is thrown away. */
export const BENCH_KEY = 'the key of clusters that a bench makes';
export const BENCH_CLUSTER = 'bench';

/** A node to make. */
export interface NodeOptions {
  machine: Machine;
  /** Holds the home of every node. */
  folder: string;
  /** Addresses of NATS; none: the node is alone. */
  servers: readonly string[];
  cameras: readonly object[];
  /** Copied to the home of the node; null: nobody is in its gallery. */
  gallery: string | null;
}

/** A spotter on a machine. */
export interface BenchNode {
  name: string;
  machine: Machine;
  /** Has config.yaml, gallery and data. */
  home: string;
  /** host:port */
  address: string;
  child: () => ChildProcess;
  /** Resolves when it is ready. @param env added to its environment. @throws SpotterError usage, with its last lines, when it ends instead */
  start: (env?: NodeJS.ProcessEnv) => Promise<void>;
  /** SIGKILL to the supervisor, as when its process dies. */
  kill: () => Promise<void>;
  /** SIGTERM. */
  stop: () => Promise<void>;
  /** SIGSTOP or SIGCONT to all of its processes. */
  freeze: () => void;
  thaw: () => void;
  /** Everything on stderr since its first start. */
  log: () => string;
}

/** Makes the home of a node. */
export function makeNode({ machine, folder, servers, cameras, gallery }: NodeOptions): BenchNode {
  const { name, cameraIp } = machine;
  const home = path.join(folder, name);
  const people = path.join(home, 'gallery');
  mkdirSync(people, { recursive: true });
  if (gallery !== null) cpSync(gallery, people, { recursive: true });
  const cluster = { servers, name: BENCH_CLUSTER, key: BENCH_KEY, node: name };
  const config = {
    cameras,
    gallery: people,
    models: { folder: path.join(packageRoot, 'models') },
    data: path.join(home, 'data'),
    http: { host: cameraIp, port: PORT },
    ...(servers.length > 0 && { cluster }),
  };
  const file = path.join(home, 'config.yaml');
  writeFileSync(file, stringify(config));
  const logFile = path.join(home, 'log');
  const address = `${cameraIp}:${PORT}`;
  let child: ChildProcess | undefined;
  const signalAll = (signal: NodeJS.Signals) => {
    for (const { pid } of familyOf(child?.pid ?? 0)) process.kill(pid, signal);
  };
  return {
    ...{ name, machine, home, address },
    child: () => {
      if (!child) throw new Error(`${name} was not started`);
      return child;
    },
    start: async (env = {}) => {
      const args = [MAIN, 'run', '-c', file, '--events', 'off', '--trust-network'];
      const log = openSync(logFile, 'a', 0o600);
      child = spawn(...machine.command(process.execPath, args), {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'ignore', log],
      });
      await untilReady(child, address, () => readFileSync(logFile, 'utf8'));
    },
    kill: () => killed(child),
    stop: () => ended(child),
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    log: () => readFileSync(logFile, 'utf8'),
  };
}

async function untilReady(child: ChildProcess, address: string, log: () => string): Promise<void> {
  const giveUp = performance.now() + READY_MS;
  let hasEnded = false;
  void once(child, 'exit').then(() => {
    hasEnded = true;
  });
  while (performance.now() < giveUp && !hasEnded) {
    if ((await statusOf(address, '/readyz')) === 200) return;
    await wait(POLL_MS);
  }
  const lines = log().trimEnd().split('\n').slice(-5).join('\n');
  throw new SpotterError('usage', `the node at ${address} is not ready; its last lines:\n${lines}`);
}

/** The HTTP status of a GET; null without an answer within 2 s. */
async function statusOf(address: string, target: string): Promise<number | null> {
  try {
    return (await fetch(`http://${address}${target}`, { signal: AbortSignal.timeout(2000) })).status;
  } catch {
    return null;
  }
}
