import { setImmediate } from 'node:timers/promises';
import { throwIfInterrupted } from '../src/core/errors.js';
import { normalise } from '../src/face/embedding.js';
import { Matcher } from '../src/worker/matcher.js';
import { median, quantile } from './statistics.js';

/** Time of one call of `match`. */
export interface MatchRow {
  /** Probes per call. */
  probes: number;
  medianMs: number;
  p95Ms: number;
}

const RUNS = 25;
const PHOTOS_PER_PERSON = 4;

/**
 * Measures `match(probes, gallery)` on one thread, for 1 to 8 probes per call.
 *
 * @param dimension values per embedding
 * @throws SpotterError interrupted
 */
export async function measureMatch(
  photos: number,
  dimension: number,
  signal: AbortSignal,
): Promise<MatchRow[]> {
  const matcher = await Matcher.load();
  const columns = Float32Array.from({ length: photos * dimension }, () => Math.random() - 0.5);
  const personOf = Int32Array.from({ length: photos }, (_, photo) => Math.floor(photo / PHOTOS_PER_PERSON));
  const gallery = { version: 1, dimension, vectors: photos, columns, personOf };
  const rows: MatchRow[] = [];
  for (const probes of [1, 2, 4, 8]) {
    const queries = Array.from({ length: probes }, () => randomProbe(dimension));
    // The first run copies the gallery into the thread.
    await matcher.match(queries, gallery);
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      // Matching never yields to the event loop: without this, a signal would go unnoticed.
      await setImmediate();
      throwIfInterrupted(signal);
      const start = performance.now();
      await matcher.match(queries, gallery);
      times.push(performance.now() - start);
    }
    rows.push({ probes, medianMs: median(times), p95Ms: quantile(times, 0.95) });
  }
  return rows;
}

function randomProbe(dimension: number): Float32Array {
  const probe = Float32Array.from({ length: dimension }, () => Math.random() - 0.5);
  normalise(probe);
  return probe;
}
