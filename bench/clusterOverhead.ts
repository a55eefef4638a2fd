import { rmSync } from 'node:fs';
import { ClusterBed } from './clusterBed.js';
import { type BenchNode, makeNode } from './clusterNodes.js';
import { DEMO_GALLERY } from './daemon.js';
import { type LatencyRow, observe } from './latency.js';
import { median } from './statistics.js';

/** What being part of a cluster costs a node. */
export interface OverheadResult {
  /** CPU of both processes of the node in cores, without decoders, by round. */
  cores: { alone: number[]; inCluster: number[] };
  /** Medians of the time from capture to the event at a WebSocket client, ms, by round. */
  latencyMs: { alone: number[]; inCluster: number[] };
  /** Mean of the part of it that begins when a frame has been processed, ms, by round: the rest depends on what the frames wait for. */
  publishingMs: { alone: number[]; inCluster: number[] };
  /** Differences of the medians: cores, and ms. */
  added: { cores: number; latencyMs: number; publishingMs: number };
}

/** Frames come a little less often: whole numbers per second would meet the servers' heartbeats, which come once per second, always or never. */
const UNLIKE_HEARTBEATS = 0.967;

/** {@link measureOverhead} on a cluster made for it. */
export async function overheadOfCluster(options: {
  cameras: number;
  fps: number;
  rounds: number;
  seconds: number;
  signal: AbortSignal;
}): Promise<OverheadResult> {
  const { rounds, seconds } = options;
  const minutes = Math.ceil((2 * rounds * (seconds + 30)) / 60);
  const bed = await ClusterBed.build({ ...options, recordings: 0, minutes });
  try {
    return await measureOverhead(bed, options);
  } finally {
    await bed.remove();
  }
}

/**
 * Measures one node, by itself and in a cluster of which it is the only node, in turn.
 *
 * @param bed its nodes do not run
 * @param seconds duration of each measurement
 */
async function measureOverhead(
  { nodes, nats, cameras, folder }: ClusterBed,
  { rounds, seconds, signal }: { rounds: number; seconds: number; signal: AbortSignal },
): Promise<OverheadResult> {
  const watched = cameras.cameras.map((camera) => ({ ...camera, fps: camera.fps * UNLIKE_HEARTBEATS }));
  const made = (name: string, servers: string[]) =>
    makeNode({
      machine: { ...nodes[0].machine, name },
      ...{ folder, servers, cameras: watched, gallery: DEMO_GALLERY },
    });
  const alone = made('alone', []);
  const inCluster = made(
    'member',
    nats.map(({ url }) => url),
  );
  const rows: Record<'alone' | 'inCluster', LatencyRow[]> = { alone: [], inCluster: [] };
  const ids = cameras.cameras.map(({ id }) => id);
  const run = async (node: BenchNode) => {
    await node.start();
    try {
      return await observe(node.child(), node.address, ids, seconds, signal);
    } finally {
      await node.stop();
    }
  };
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    rows.alone.push(await run(alone));
    rows.inCluster.push(await run(inCluster));
  }
  for (const { home } of [alone, inCluster]) rmSync(home, { recursive: true, force: true });
  const both = (read: (row: LatencyRow) => number) => ({
    alone: rows.alone.map(read),
    inCluster: rows.inCluster.map(read),
  });
  const cores = both(({ ownCpu }) => ownCpu * ids.length);
  const latencyMs = both(({ received }) => received.p50);
  const publishingMs = both((row) => row.publishingMs);
  const measured = { cores, latencyMs, publishingMs };
  const added = (of: keyof typeof measured) => median(measured[of].inCluster) - median(measured[of].alone);
  return {
    ...measured,
    added: { cores: added('cores'), latencyMs: added('latencyMs'), publishingMs: added('publishingMs') },
  };
}
