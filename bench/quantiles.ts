import { samples } from './daemon.js';

/** Milliseconds. */
export interface Quantiles {
  p50: number;
  p95: number;
  p99: number;
}

export function quantilesOf(read: (q: number) => number): Quantiles {
  return { p50: read(0.5), p95: read(0.95), p99: read(0.99) };
}

/** From being whole in memory to being finished, of the frames looked at between two readings of the metrics; to the histogram's grain. */
export function frameLatency(before: string, after: string): Quantiles {
  return quantilesOf((q) => histogramQuantile(q, before, after));
}

/** As Prometheus estimates it, of what came between two readings: linear within a bucket. ms. */
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
