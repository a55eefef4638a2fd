import { samples } from './daemon.js';

/** Quantiles of a latency, ms. */
export interface Quantiles {
  p50: number;
  p95: number;
  p99: number;
}

/** Reads the three quantiles from a function of q, 0..1. */
export function quantilesOf(read: (q: number) => number): Quantiles {
  return { p50: read(0.5), p95: read(0.95), p99: read(0.99) };
}

/**
 * Time from a frame being complete in memory to the end of its processing, for the frames processed between two
 * readings of /metrics. As fine as the buckets of the histogram.
 */
export function frameLatency(before: string, after: string): Quantiles {
  return quantilesOf((q) => histogramQuantile(q, before, after));
}

/** The estimate of Prometheus for the samples between two readings: linear within a bucket. In ms. */
function histogramQuantile(q: number, before: string, after: string): number {
  const counts = new Map<number, number>();
  for (const [text, sign] of [
    [before, -1],
    [after, 1],
  ] as const) {
    for (const { labels, value } of samples(text, 'spotter_stage_seconds_bucket')) {
      if (!labels.includes('stage="total"')) continue;
      const [, le = ''] = /le="([^"]+)"/.exec(labels) ?? [];
      const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
      counts.set(bound, (counts.get(bound) ?? 0) + sign * value);
    }
  }
  const bounds = [...counts].sort(([a], [b]) => a - b);
  const wanted = q * (bounds.at(-1)?.[1] ?? 0);
  let lower = { bound: 0, count: 0 };
  for (const [bound, count] of bounds) {
    if (count >= wanted && count > lower.count) {
      const part = (wanted - lower.count) / (count - lower.count);
      return Number.isFinite(bound)
        ? 1000 * (lower.bound + part * (bound - lower.bound))
        : 1000 * lower.bound;
    }
    lower = { bound, count };
  }
  return Number.NaN;
}
