import type { SpotterEvent } from '../types.js';

const MAX_EVENTS = 10_000;

/** Under which key the pictures of each recent event are stored. */
export class SnapshotIndex {
  readonly #keys = new Map<number, string>();

  note({ seq, id, snapshot }: SpotterEvent): void {
    if (snapshot === null) return;
    this.#keys.set(seq, id);
    if (this.#keys.size <= MAX_EVENTS) return;
    const [oldest] = this.#keys.keys();
    this.#keys.delete(oldest);
  }

  /** @returns null for an event without pictures, or one that is long ago */
  keyOf(seq: number): string | null {
    return this.#keys.get(seq) ?? null;
  }
}
