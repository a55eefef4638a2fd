import type { NatsLoad, SizeResult } from '../../bench/clusterSize.js';
import type { Context } from './context.js';
import type { CommonOptions } from './options.js';
import { printJson, printLines } from './print.js';
import { ProgressBar } from './progress.js';

/** Options of `spotter bench cluster-size`. */
export interface ClusterSizeOptions extends CommonOptions {
  nodes: number;
  cameras: number;
  /** Events per second. */
  rate: number;
  photos: number;
  photoBytes: number;
  seconds: number;
  json?: boolean;
}

/** `spotter bench cluster-size`: what a large cluster does. @returns 1 if an event is not read everywhere */
export async function clusterSize({ signal }: Context, options: ClusterSizeOptions): Promise<number> {
  const { measureSize } = await import('../../bench/clusterSize.js');
  const { nodes, cameras, rate, photos, photoBytes, seconds, quiet, json } = options;
  const bar = new ProgressBar(null, !quiet);
  const result = await measureSize({
    ...{ nodes, cameras, photos, photoBytes, seconds, signal, eventRate: rate },
    onProgress: (done, total, what) =>
      bar.show(done, total, total > 0 ? `${done} of ${total} ${what}` : what),
  }).finally(() => bar.stop());
  if (json) printJson(result);
  else printLines(linesOf(result));
  return result.unread === 0 ? 0 : 1;
}

function linesOf(result: SizeResult): string[] {
  const {
    joinedS,
    watchedS,
    reached,
    camerasPerNode,
    quiet,
    busy,
    eventMs,
    unread,
    photosS,
    anotherPhotoMs,
  } = result;
  return [
    `nodes joined           ${reached.nodes} after ${joinedS.toFixed(1)} s`,
    `cameras watched        ${reached.cameras} after ${watchedS.toFixed(1)} s, ${camerasPerNode.join(' to ')} per node`,
    `without events         ${loadLine(quiet)}`,
    `with events            ${loadLine(busy)}`,
    `event to other nodes   p50 ${eventMs.p50.toFixed(0)} ms, p95 ${eventMs.p95.toFixed(0)} ms, worst ${eventMs.worst.toFixed(0)} ms; ${unread} not read`,
    `photos everywhere      ${reached.photos} after ${photosS.toFixed(0)} s; another one after ${anotherPhotoMs.toFixed(0)} ms`,
    `store of a NATS server ${result.storeMb.toFixed(0)} MB`,
  ];
}

function loadLine({
  messagesIn,
  messagesOut,
  megabytesIn,
  megabytesOut,
  cores,
  nodeCores,
  leasesTaken,
}: NatsLoad): string {
  return [
    `in ${messagesIn.toFixed(0)} messages/s, ${megabytesIn.toFixed(1)} MB/s`,
    `out ${messagesOut.toFixed(0)} messages/s, ${megabytesOut.toFixed(1)} MB/s`,
    `${cores.toFixed(2)} cores in all servers`,
    `${(100 * nodeCores).toFixed(1)} % of a core per node`,
    `${leasesTaken} leases taken`,
  ].join('; ');
}
