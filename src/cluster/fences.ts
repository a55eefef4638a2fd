import { z } from 'zod';
import type { Fence } from '../events/event.js';

/** Terms that are remembered per lease: more than change hands while a node that was cut off still has events of its own. */
const MOST_TERMS = 16;

const terms = z.record(z.string(), z.array(z.object({ lease: z.int(), beganMs: z.number() })));

/**
 * Decides which events of the feed come from a node that had lost its lease. An event that was only published late, because its
 * node was cut off for a while, is not one of them: its frame was captured before the next term began. Pure; every reader that has read
 * the feed from its beginning decides the same.
 */
export class Fences {
  /** The terms of each lease that have been seen in events, the latest last. */
  readonly #terms = new Map<string, { lease: number; beganMs: number }[]>();
  #hasChanged = false;

  /** @param saved see {@link save} */
  constructor(saved: string | null = null) {
    const parsed = terms.safeParse(saved === null ? {} : JSON.parse(saved));
    if (parsed.success) for (const [key, seen] of Object.entries(parsed.data)) this.#terms.set(key, seen);
  }

  /**
   * Whether an event is to be dropped: a later holder began before its frame was captured.
   *
   * @param key which lease
   */
  isLate(key: string, { lease, beganMs, capturedMs }: Fence): boolean {
    const seen = this.#terms.get(key) ?? [];
    const isKnown = seen.some((term) => term.lease === lease && term.beganMs === beganMs);
    // A greater number that began earlier is from a bucket of leases that was deleted: the next one counts from 1 again.
    const isOver = (term: { lease: number; beganMs: number }) =>
      term.lease > lease && term.beganMs >= beganMs && capturedMs >= term.beganMs;
    if (seen.some(isOver)) return true;
    if (isKnown) return false;
    const all = [...seen, { lease, beganMs }].sort((a, b) => a.beganMs - b.beganMs);
    this.#terms.set(key, all.slice(-MOST_TERMS));
    this.#hasChanged = true;
    return false;
  }

  /** Everything that was seen, for the next start; null when it is as it was saved. */
  save(): string | null {
    if (!this.#hasChanged) return null;
    this.#hasChanged = false;
    return JSON.stringify(Object.fromEntries(this.#terms));
  }
}
