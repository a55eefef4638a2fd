import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { packageRoot } from '../src/core/package.js';
import { ClusterBed } from './clusterBed.js';
import type { BenchNode } from './clusterNodes.js';
import { messagesInNats } from './clusterTraces.js';
import { DEMO_GALLERY } from './daemon.js';
import { type Spread, spreadOf } from './statistics.js';

const MAIN = path.join(packageRoot, 'dist/src/main.js');
const DEMO_PERSON = 'grace-hopper';
const PORTRAIT = path.join(DEMO_GALLERY, DEMO_PERSON, 'portrait.jpg');
/** Cameras are shared out, events published, and photos looked at. */
const SEEN_MS = 20_000;
const POLL_MS = 20;
const GIVE_UP_MS = 30_000;
/** The log of NATS keeps what was deleted until its next snapshot. */
const ERASED_BY_MS = 180_000;
const EVERY_SECOND_MS = 1000;
/** What this bench has made in the home of a node: its configuration, and what the node wrote to stderr. */
const OF_BENCH = ['config.yaml', 'log'];

const tokens = new WeakMap<BenchNode, string>();

interface PeopleOptions {
  cameras: number;
  fps: number;
  /** Photos that are added. */
  rounds: number;
  signal: AbortSignal;
}

/** {@link measurePhotos} on a cluster made for it. */
export async function measurePhotosOnCluster(options: PeopleOptions): Promise<PhotoResult> {
  return onCluster(options, null, async (bed) => {
    await wait(SEEN_MS, undefined, { signal: options.signal });
    return measurePhotos(bed, options.rounds, options.signal);
  });
}

/** {@link measureForget} on a cluster made for it: the person of the demo. */
export async function forgetOnCluster(options: PeopleOptions): Promise<ForgetResult> {
  return onCluster(options, DEMO_GALLERY, async (bed) => {
    await wait(SEEN_MS, undefined, { signal: options.signal });
    return measureForget(bed, DEMO_PERSON, options.signal);
  });
}

async function onCluster<T>(
  options: PeopleOptions,
  gallery: string | null,
  measure: (bed: ClusterBed) => Promise<T>,
): Promise<T> {
  const minutes = 3 + options.rounds;
  const bed = await ClusterBed.build({ ...options, recordings: 0, gallery, minutes });
  try {
    for (const node of bed.nodes) {
      tokens.set(node, await tokenOf(node));
      await node.start();
    }
    return await measure(bed);
  } finally {
    await bed.remove();
  }
}

/** Makes what lets this process change the people of a node that is not started yet. */
async function tokenOf({ home }: BenchNode): Promise<string> {
  const args = ['token', 'create', 'bench', '--scopes', 'people:read,people:write,events:read'];
  const options = [...args, '-c', path.join(home, 'config.yaml')];
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...options]);
  return stdout.trim();
}

/** How fast people go round. */
export interface PhotoResult {
  rounds: number;
  /** From the request on one node to the photo being in use on the others, and to an event with the name on another one, ms. */
  knownMs: Spread;
  namedMs: Spread;
  /** Rounds without one of them within half a minute: must be none. */
  missed: number;
}

/** Adds a photo of somebody on one node and waits for the others; every round another name. @param bed its nodes know nobody and run */
async function measurePhotos(
  { nodes }: ClusterBed,
  rounds: number,
  signal: AbortSignal,
): Promise<PhotoResult> {
  const known: number[] = [];
  const named: number[] = [];
  let missed = 0;
  for (let round = 0; round < rounds; round++) {
    const name = `guest-${round + 1}`;
    const from = nodes[round % nodes.length];
    const others = nodes.filter((node) => node !== from);
    const startMs = performance.now();
    await ask(from, 'POST', `/api/v1/people/${name}/photos`, readFileSync(PORTRAIT));
    const times = await Promise.all([
      ...others.map((node) => until(startMs, signal, () => uses(node, name))),
      until(startMs, signal, () => isNamed(others, name)),
    ]);
    const namedMs = times.pop() ?? null;
    for (const ms of times) if (ms !== null) known.push(ms);
    if (namedMs !== null) named.push(namedMs);
    missed += [...times, namedMs].filter((ms) => ms === null).length;
    await ask(from, 'DELETE', `/api/v1/people/${name}`);
    for (const node of nodes) await until(performance.now(), signal, async () => !(await uses(node, name)));
  }
  return { rounds, knownMs: spreadOf(known), namedMs: spreadOf(named), missed };
}

/** What is left of a person who is forgotten. */
export interface ForgetResult {
  /** Messages in NATS that forgetting removed: photos, records, embeddings, events. */
  removed: number;
  /** From the command to its end on one node, and to the last byte being gone from all nodes and from NATS, ms; null: some are left. */
  commandMs: number;
  goneMs: number | null;
  /** What is still in a file, the name or a message that was removed: must be nothing. */
  left: string[];
}

/** Forgets somebody on one node, and looks for the name and for what NATS had in all files. @param bed its nodes know the person, have seen events and run */
async function measureForget(
  { nodes, nats }: ClusterBed,
  name: string,
  signal: AbortSignal,
): Promise<ForgetResult> {
  const servers = nats.map(({ url }) => url);
  const before = await messagesInNats(servers);
  const [node] = nodes;
  const startMs = performance.now();
  const args = [MAIN, 'forget', name, '-c', path.join(node.home, 'config.yaml')];
  await promisify(execFile)(...node.machine.command(process.execPath, args));
  const commandMs = performance.now() - startMs;
  const folders = [...nodes.map(({ home }) => home), ...nats.map(({ folder }) => folder)];
  for (;;) {
    const after = await messagesInNats(servers);
    const removed = [...before].filter(([place]) => !after.has(place));
    const left = tracesIn(folders, [[`the name`, Buffer.from(name)], ...removed]);
    const nowMs = performance.now() - startMs;
    const result = { removed: removed.length, commandMs, goneMs: left.length === 0 ? nowMs : null, left };
    if (left.length === 0 || nowMs > ERASED_BY_MS) return result;
    await wait(EVERY_SECOND_MS, undefined, { signal });
  }
}

/** What of some texts is in files below some folders: its name and the file. */
function tracesIn(
  folders: readonly string[],
  texts: readonly (readonly [name: string, text: Buffer])[],
): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !OF_BENCH.includes(entry.name))
        .map((entry) => path.join(entry.parentPath, entry.name)),
    )
    .flatMap((file) => {
      const bytes = contentOf(file);
      const found = texts.filter(([, text]) => file.includes(text.toString()) || bytes.includes(text));
      return found.map(([name]) => `${name} in ${file}`);
    });
}

/** Empty for a file that has gone meanwhile. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

async function uses(node: BenchNode, name: string): Promise<boolean> {
  const { people } = (await ask(node, 'GET', '/api/v1/people')) as {
    people: { name: string; photos: number }[];
  };
  return people.some((person) => person.name === name && person.photos > 0);
}

async function isNamed(nodes: readonly BenchNode[], name: string): Promise<boolean> {
  const { events } = (await ask(nodes[0], 'GET', `/api/v1/events?person=${name}&kind=match&limit=20`)) as {
    events: { node: string | null }[];
  };
  return events.some((event) => nodes.some((node) => node.name === event.node));
}

async function ask(node: BenchNode, method: string, target: string, body?: Buffer): Promise<unknown> {
  const answer = await fetch(`http://${node.address}${target}`, {
    method,
    headers: {
      authorization: `Bearer ${tokens.get(node)}`,
      ...(body && { 'content-type': 'image/jpeg' }),
    },
    ...(body && { body }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}

/** How long it took until something was so, ms; null after half a minute. */
async function until(
  startMs: number,
  signal: AbortSignal,
  isSo: () => Promise<boolean>,
): Promise<number | null> {
  while (performance.now() < startMs + GIVE_UP_MS) {
    if (await isSo()) return performance.now() - startMs;
    await wait(POLL_MS, undefined, { signal });
  }
  return null;
}
