import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterBed } from './clusterBed.js';
import type { BenchNode } from './clusterNodes.js';
import type { Fault } from './faultNames.js';
import { leaderOf, untilLed } from './natsServers.js';
import { backAfter, type Freeze } from './watchSpans.js';

/** Runs a fault. */
export interface FaultContext {
  bed: ClusterBed;
  /** Times that a node is killed. */
  rounds: number;
  onProgress: (text: string) => void;
  signal: AbortSignal;
}

/** What a fault did, beside what spans and logs show. */
export interface FaultOutcome {
  /** Since when something was wrong, monotonic ms. */
  sinceMs: number;
  /** How long after that each of the cameras of the node that failed was watched by another one, ms; null: not within half a minute. */
  backMs: (number | null)[];
  freezes: Freeze[];
}

const CUT_MS = 30_000;
const OUTAGE_MS = 60_000;
const FREEZE_MS = 20_000;
const GIVE_UP_MS = 30_000;
/** Until cameras are shared out again, and everything is published and read. */
const SETTLE_MS = 15_000;
const POLL_MS = 50;
const BUCKET_OF_EVENTS = 'spotter-bench-events';

/** Runs one of {@link FAULTS} on a cluster that watches all of its cameras; resolves when it has come to rest again. */
export async function inflict(fault: Fault, context: FaultContext): Promise<FaultOutcome> {
  const sinceMs = performance.now();
  const { backMs = [], freezes = [] } = await FAULT[fault](context);
  await wait(SETTLE_MS, undefined, { signal: context.signal });
  return { sinceMs, backMs, freezes };
}

const FAULT: Record<Fault, (context: FaultContext) => Promise<Partial<FaultOutcome>>> = {
  kill: async ({ bed, rounds, onProgress, signal }) => {
    const backMs: (number | null)[] = [];
    for (let round = 0; round < rounds; round++) {
      const { node, cameras } = busiest(bed, round);
      const atMs = performance.now();
      await node.kill();
      backMs.push(...(await untilBack(bed, cameras, atMs, signal)));
      onProgress(`kill ${round + 1} of ${rounds}: ${node.name} had ${cameras.join(', ')}`);
      await node.start();
      await wait(SETTLE_MS, undefined, { signal });
    }
    return { backMs };
  },
  partition: async ({ bed, signal }) => {
    const { node, cameras } = busiest(bed);
    const atMs = performance.now();
    node.machine.cutOff();
    await wait(CUT_MS, undefined, { signal });
    node.machine.reconnect();
    return { backMs: backAfter(bed.cameras.spans, cameras, atMs, node.name) };
  },
  leader: async ({ bed, signal }) => {
    const leader = await leaderOf(bed.nats, BUCKET_OF_EVENTS);
    await leader.kill();
    await wait(CUT_MS, undefined, { signal });
    leader.start();
    await untilLed(bed.nats);
    return {};
  },
  outage: async ({ bed, signal }) => {
    await Promise.all(bed.nats.map((server) => server.kill()));
    await wait(OUTAGE_MS, undefined, { signal });
    for (const server of bed.nats) server.start();
    await untilLed(bed.nats);
    return {};
  },
  freeze: async ({ bed, signal }) => {
    const { node, cameras } = busiest(bed);
    const fromMs = performance.now();
    node.freeze();
    await wait(FREEZE_MS, undefined, { signal });
    const toMs = performance.now();
    node.thaw();
    return {
      backMs: backAfter(bed.cameras.spans, cameras, fromMs, node.name),
      freezes: [{ node: node.name, fromMs, toMs }],
    };
  },
  // The node whose clock is wrong takes cameras of one that dies.
  clock: async ({ bed, signal }) => {
    const { node, cameras } = busiest(bed);
    const atMs = performance.now();
    await node.kill();
    const backMs = await untilBack(bed, cameras, atMs, signal);
    await node.start();
    return { backMs };
  },
};

/** A node that watches RTSP cameras, and which. @param turn which one of several. @throws Error: none does */
function busiest(bed: ClusterBed, turn = 0): { node: BenchNode; cameras: string[] } {
  const watched = (name: string) =>
    bed.cameras.spans.filter(({ node, toMs }) => node === name && toMs === null).map(({ camera }) => camera);
  const busy = bed.nodes.filter(({ name }) => watched(name).length > 0);
  if (busy.length === 0) throw new Error('no node watches a camera');
  const node = busy[turn % busy.length];
  return { node, cameras: watched(node.name) };
}

async function untilBack(
  bed: ClusterBed,
  cameras: readonly string[],
  atMs: number,
  signal: AbortSignal,
): Promise<(number | null)[]> {
  for (;;) {
    const back = backAfter(bed.cameras.spans, cameras, atMs);
    if (back.every((ms) => ms !== null) || performance.now() > atMs + GIVE_UP_MS) return back;
    await wait(POLL_MS, undefined, { signal });
  }
}
