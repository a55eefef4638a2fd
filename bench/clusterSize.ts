import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledFile } from '../src/core/package.js';
import type { CrowdReport, CrowdRequest } from './clusterCrowd.js';
import { familyOf, killed, pause } from './daemon.js';
import { Machines } from './machines.js';
import { jetStreamBytes, type NatsProcess, startNatsServers, trafficOf } from './natsServers.js';
import { quantile } from './statistics.js';

/** How large a cluster to make. */
export interface SizeOptions {
  nodes: number;
  cameras: number;
  /** Events per second of all nodes together. */
  eventRate: number;
  photos: number;
  /** Bytes per photo. */
  photoBytes: number;
  /** Duration of each measurement. */
  seconds: number;
  signal: AbortSignal;
  /** @param done how much of a step; 0 of 0 where it only takes its time */
  onProgress: (done: number, total: number, what: string) => void;
}

/** What the NATS servers did in a time, all of them together. */
export interface NatsLoad {
  /** Messages per second that came in and went out, routes between the servers included. */
  messagesIn: number;
  messagesOut: number;
  megabytesIn: number;
  megabytesOut: number;
  /** CPU in cores. */
  cores: number;
  /** CPU of one node without video, cores, on average. */
  nodeCores: number;
  /** Leases of cameras that were taken meanwhile, once all are watched. */
  leasesTaken: number;
}

/** What a cluster of a size does. */
export interface SizeResult {
  /** Until every node had joined, and until every camera was watched, s. */
  joinedS: number;
  watchedS: number;
  /** Nodes that had joined, cameras that were watched and photos that were everywhere when the bench went on: all, unless nothing came of it any more. */
  reached: { nodes: number; cameras: number; photos: number };
  /** Cameras of the node with the fewest, and with the most. */
  camerasPerNode: [fewest: number, most: number];
  quiet: NatsLoad;
  busy: NatsLoad;
  /** From an event to other nodes reading it, ms. */
  eventMs: { p50: number; p95: number; worst: number };
  /** Events that some node did not read: must be none. */
  unread: number;
  /** Until all photos were everywhere, s; and until another one was, with all of them there, ms. */
  photosS: number;
  anotherPhotoMs: number;
  /** What a NATS server has on disk, MB: the largest. */
  storeMb: number;
}

const CROWD = fileURLToPath(compiledFile('bench/clusterCrowd.js'));
const NODES_PER_PROCESS = 10;
const SERVERS = 3;
const POLL_MS = 100;
/** A machine that is busy takes its time: a step is given up after so long without any progress. */
const GIVE_UP_MS = 120_000;
const KEY = 'the key of clusters that a bench makes';

/** Simulates a large cluster: every node takes part in full, but has no cameras. @throws SpotterError usage: see {@link Machines} */
export async function measureSize(options: SizeOptions): Promise<SizeResult> {
  const machines = new Machines();
  const folder = mkdtempSync(path.join(tmpdir(), 'spotter-bench-'));
  const crowds: ChildProcess[] = [];
  try {
    const hosts = Array.from({ length: SERVERS }, (_, index) => machines.add(`n${index + 1}`));
    const nats = await startNatsServers(hosts, folder);
    options.signal.addEventListener('abort', () => void Promise.all(crowds.map(killed)));
    return await measure(options, nats, crowds);
  } finally {
    await Promise.all(crowds.map(killed));
    machines.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  { nodes, cameras, eventRate, photos, photoBytes, seconds, signal, onProgress }: SizeOptions,
  nats: readonly NatsProcess[],
  crowds: ChildProcess[],
): Promise<SizeResult> {
  const names = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
  const startMs = performance.now();
  const since = () => (performance.now() - startMs) / 1000;
  for (let from = 0; from < nodes; from += NODES_PER_PROCESS) {
    const child = fork(CROWD, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    crowds.push(child);
    const group = names.slice(from, from + NODES_PER_PROCESS);
    const servers = nats.map(({ url }) => url);
    await ask(child, {
      what: 'start',
      options: { servers, key: KEY, nodes: group, cameras, eventRate: eventRate / nodes },
    });
  }
  const all = async () =>
    joinReports(await Promise.all(crowds.map((crowd) => ask(crowd, { what: 'report' }))));
  const until = async (wanted: number, what: string, count: (report: CrowdReport) => number) => {
    let [most, sinceMs] = [-1, performance.now()];
    for (;;) {
      const report = await all();
      const now = count(report);
      if (now >= wanted || performance.now() - sinceMs > GIVE_UP_MS || signal.aborted) return report;
      if (now > most) {
        [most, sinceMs] = [now, performance.now()];
        onProgress(now, wanted, what);
      }
      await pause(POLL_MS, signal);
    }
  };
  const { joined } = await until(nodes, 'nodes have joined', (report) => report.joined);
  const joinedS = since();
  const watched = await until(cameras, 'cameras are watched', ({ cameras: held }) => sum(held));
  const watchedS = since();
  const load = async () => {
    const before = { nats: await natsCounts(nats), crowd: await all(), atMs: performance.now() };
    await pause(seconds * 1000, signal);
    const after = { nats: await natsCounts(nats), crowd: await all(), atMs: performance.now() };
    return { load: loadBetween(before, after, nodes), delaysMs: after.crowd.delaysMs };
  };
  onProgress(0, 0, 'nothing happens');
  const quiet = await load();
  onProgress(0, 0, `${eventRate} events per second`);
  for (const crowd of crowds) await ask(crowd, { what: 'events', isOn: true });
  const busy = await load();
  for (const crowd of crowds) await ask(crowd, { what: 'events', isOn: false });
  const { published } = await all();
  const read = await until(published, 'events are read everywhere', (report) => report.read[0]);
  const photosFrom = performance.now();
  await ask(crowds[0], { what: 'photos', from: 0, to: photos, bytes: photoBytes });
  const stored = await until(photos, 'photos are everywhere', (report) => report.photos);
  const photosS = (performance.now() - photosFrom) / 1000;
  const anotherFrom = performance.now();
  await ask(crowds[0], { what: 'photos', from: photos, to: photos + 1, bytes: photoBytes });
  await until(photos + 1, 'photos are everywhere', (report) => report.photos);
  return {
    ...{ joinedS, watchedS, photosS },
    reached: { nodes: joined, cameras: sum(watched.cameras), photos: stored.photos },
    camerasPerNode: [Math.min(...watched.cameras), Math.max(...watched.cameras)],
    quiet: quiet.load,
    busy: busy.load,
    eventMs: {
      p50: quantile(busy.delaysMs, 0.5),
      p95: quantile(busy.delaysMs, 0.95),
      worst: Math.max(...busy.delaysMs),
    },
    unread: read.published - read.read[0],
    anotherPhotoMs: performance.now() - anotherFrom,
    storeMb: (await jetStreamBytes(nats)) / 1e6,
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

async function ask(crowd: ChildProcess, request: CrowdRequest): Promise<CrowdReport> {
  const over = new AbortController();
  const { signal } = over;
  const ends = once(crowd, 'exit', { signal }).then(() => Promise.reject(new Error('the nodes have ended')));
  const answer = once(crowd, 'message', { signal }) as Promise<[CrowdReport]>;
  crowd.send(request);
  try {
    return (await Promise.race([answer, ends]))[0];
  } finally {
    ends.catch(() => {});
    answer.catch(() => {});
    over.abort();
  }
}

function joinReports(reports: readonly CrowdReport[]): CrowdReport {
  const total = (read: (report: CrowdReport) => number) => sum(reports.map(read));
  return {
    joined: total(({ joined }) => joined),
    cameras: reports.flatMap(({ cameras }) => cameras),
    taken: total(({ taken }) => taken),
    published: total(({ published }) => published),
    read: [Math.min(...reports.map(({ read }) => read[0])), Math.max(...reports.map(({ read }) => read[1]))],
    delaysMs: reports.flatMap(({ delaysMs }) => delaysMs),
    photos: Math.min(...reports.map(({ photos }) => photos)),
    cpuMs: total(({ cpuMs }) => cpuMs),
  };
}

interface Counts {
  nats: Awaited<ReturnType<typeof natsCounts>>;
  crowd: CrowdReport;
  atMs: number;
}

async function natsCounts(nats: readonly NatsProcess[]) {
  const traffic = await Promise.all(nats.map(trafficOf));
  const cpuMs = sum(
    nats.map((server) => familyOf(server.pid()).reduce((total, one) => total + one.cpuMs, 0)),
  );
  return { traffic, cpuMs };
}

function loadBetween(before: Counts, after: Counts, nodes: number): NatsLoad {
  const seconds = (after.atMs - before.atMs) / 1000;
  const rate = (read: (of: Awaited<ReturnType<typeof trafficOf>>) => number) =>
    (sum(after.nats.traffic.map(read)) - sum(before.nats.traffic.map(read))) / seconds;
  return {
    messagesIn: rate(({ in_msgs }) => in_msgs),
    messagesOut: rate(({ out_msgs }) => out_msgs),
    megabytesIn: rate(({ in_bytes }) => in_bytes) / 1e6,
    megabytesOut: rate(({ out_bytes }) => out_bytes) / 1e6,
    cores: (after.nats.cpuMs - before.nats.cpuMs) / 1000 / seconds,
    nodeCores: (after.crowd.cpuMs - before.crowd.cpuMs) / 1000 / seconds / nodes,
    leasesTaken: after.crowd.taken - before.crowd.taken,
  };
}
