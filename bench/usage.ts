import type { ChildProcess } from 'node:child_process';
import { familyOf, metricsOf } from './daemon.js';

/** What a daemon has used so far, and its metrics. */
export interface Usage {
  /** Monotonic. */
  atMs: number;
  metrics: string;
  /** CPU time of both processes of the daemon, and of its decoders, ms. */
  ownCpuMs: number;
  decoderCpuMs: number;
  /** Resident memory of both processes, MB. */
  ownMb: number;
}

/** Reads both at the same moment. @param address host:port */
export async function usageOf(daemon: ChildProcess, address: string): Promise<Usage> {
  const metrics = await metricsOf(address);
  const family = familyOf(daemon.pid ?? 0);
  const decoders = family.filter(({ name }) => name === 'ffmpeg');
  const own = family.filter(({ name }) => name !== 'ffmpeg');
  const total = (of: typeof family, field: 'cpuMs' | 'mb') => of.reduce((all, one) => all + one[field], 0);
  return {
    atMs: performance.now(),
    metrics,
    ownCpuMs: total(own, 'cpuMs'),
    decoderCpuMs: total(decoders, 'cpuMs'),
    ownMb: total(own, 'mb'),
  };
}
