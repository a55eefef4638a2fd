import { setTimeout as wait } from 'node:timers/promises';
import { ClusterBed } from './clusterBed.js';
import {
  type ClockShift,
  compareFeeds,
  type FeedComparison,
  gapsIn,
  type LoggedEvent,
  readLog,
  type WhichLog,
} from './clusterFeeds.js';
import { inflict } from './clusterScenarios.js';
import type { Fault } from './faultNames.js';
import { type Spread, spreadOf } from './statistics.js';
import { type Hole, holes, longestDouble, unreportedHoles } from './watchSpans.js';

/** Faults to run. */
export interface FaultOptions {
  faults: readonly Fault[];
  /** Times that a node is killed. */
  rounds: number;
  cameras: number;
  recordings: number;
  /** Frames per second and camera. */
  fps: number;
  signal: AbortSignal;
  onProgress: (text: string) => void;
  /** Called after each fault. */
  onDone: () => void;
}

/** What a fault did to the cluster. */
export interface FaultRow {
  fault: Fault;
  feeds: FeedComparison;
  /** From the fault to another node being connected to a camera of the one that failed, ms. */
  backMs: Spread;
  /** Cameras that nobody came back for within half a minute: must be none. */
  notBack: number;
  /** Longest time in which two nodes were connected to one camera, as the cameras saw it, ms. */
  doubleMs: number;
  /** Times longer than a second in which nobody was connected to a camera, the longest of them in ms, and those that no published gap reports. */
  unwatched: { count: number; longestMs: number; unreported: Hole[] };
}

const HOUR_MS = 3_600_000;
/** Reconnecting to a camera takes less, and misses nothing that a gap would report. */
const HOLE_MS = 1000;
const WATCHED_BY_MS = 60_000;
const SETTLE_MS = 10_000;
const READ_BY_MS = 30_000;
const POLL_MS = 250;
/** Preloaded into a node: its wall clock is an hour ahead, in both of its processes. */
const CLOCK_AHEAD = `const now = Date.now;
globalThis.Date = class extends Date {
  constructor(...given) { given.length === 0 ? super(now() + ${HOUR_MS}) : super(...given); }
  static now = () => now() + ${HOUR_MS};
};`;
const AHEAD = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(CLOCK_AHEAD)}` };

/** Runs faults one after the other on a cluster of three nodes. @throws SpotterError usage: see {@link ClusterBed.build} */
export async function measureFaults(options: FaultOptions): Promise<FaultRow[]> {
  const { faults, rounds, signal, onProgress, onDone } = options;
  // A killed node takes about half a minute in all.
  const minutes = 4 * faults.length + rounds;
  const bed = await ClusterBed.build({ ...options, minutes });
  try {
    const shifts = new Map<string, ClockShift>();
    onProgress('starting three nodes');
    for (const node of bed.nodes) await node.start();
    const rows: FaultRow[] = [];
    for (const fault of faults) {
      if (fault === 'clock') await moveClock(bed, shifts);
      await untilWatched(bed, signal);
      onProgress(fault);
      rows.push(await measure(bed, fault, shifts, { rounds, signal, onProgress }));
      onDone();
    }
    return rows;
  } finally {
    await bed.remove();
  }
}

async function moveClock({ nodes }: ClusterBed, shifts: Map<string, ClockShift>): Promise<void> {
  const node = nodes[1];
  await node.stop();
  shifts.set(node.name, { ms: HOUR_MS, sinceMs: Date.now() });
  await node.start(AHEAD);
}

/** Waits until every RTSP camera is watched, and events have come. */
async function untilWatched({ cameras }: ClusterBed, signal: AbortSignal): Promise<void> {
  const giveUp = performance.now() + WATCHED_BY_MS;
  const watched = () =>
    new Set(cameras.spans.filter(({ toMs }) => toMs === null).map(({ camera }) => camera));
  while (watched().size < cameras.cameras.length) {
    if (performance.now() > giveUp) throw new Error(`only ${[...watched()]} are watched`);
    await wait(POLL_MS, undefined, { signal });
  }
  await wait(SETTLE_MS, undefined, { signal });
}

async function measure(
  bed: ClusterBed,
  fault: Fault,
  shifts: ReadonlyMap<string, ClockShift>,
  context: { rounds: number; signal: AbortSignal; onProgress: (text: string) => void },
): Promise<FaultRow> {
  const { sinceMs, backMs, freezes } = await inflict(fault, { bed, ...context });
  const endMs = performance.now();
  // A camera may be on its way from one node to another just now.
  await untilWatched(bed, context.signal);
  const nowMs = performance.now();
  const unwatched = holes(bed.cameras.spans, freezes, sinceMs, nowMs).filter(
    ({ fromMs, toMs }) => fromMs < endMs && toMs - fromMs > HOLE_MS,
  );
  const feeds = await compared(bed, shifts, context.signal);
  const [merged] = logsOf(bed, 'merged').values();
  const zeroMs = Date.now() - performance.now();
  const gaps = gapsIn(merged, shifts).map((gap) => ({
    ...{ camera: gap.camera, fromMs: gap.fromMs - zeroMs, toMs: gap.toMs - zeroMs },
  }));
  return {
    fault,
    feeds,
    backMs: spreadOf(backMs.filter((ms) => ms !== null)),
    notBack: backMs.filter((ms) => ms === null).length,
    doubleMs: longestDouble(
      bed.cameras.spans.filter(({ toMs }) => (toMs ?? nowMs) > sinceMs),
      freezes,
      nowMs,
    ),
    unwatched: {
      count: unwatched.length,
      longestMs: Math.max(0, ...unwatched.map(({ fromMs, toMs }) => toMs - fromMs)),
      unreported: unreportedHoles(unwatched, gaps),
    },
  };
}

function logsOf({ nodes }: ClusterBed, which: WhichLog): Map<string, LoggedEvent[]> {
  return new Map(nodes.map(({ name, home }) => [name, readLog(home, which)]));
}

/** Compares once everything that is in the own logs now has been read by all, or does not come within half a minute. */
async function compared(
  bed: ClusterBed,
  shifts: ReadonlyMap<string, ClockShift>,
  signal: AbortSignal,
): Promise<FeedComparison> {
  const own = logsOf(bed, 'own');
  const giveUp = performance.now() + READ_BY_MS;
  for (;;) {
    const feeds = compareFeeds(own, logsOf(bed, 'merged'), shifts);
    if (feeds.lost === 0 || performance.now() > giveUp) return feeds;
    await wait(POLL_MS * 4, undefined, { signal });
  }
}
