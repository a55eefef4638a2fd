/** What has become of events at a sink since it was started. */
export interface Tally {
  /** Events that the far end has accepted. */
  delivered: number;
  /** Events that became dead letters. */
  deadLetters: number;
  /** When the last event was accepted, ISO 8601; null for none yet. */
  lastDeliveredAt: string | null;
}

/** Counts what becomes of events at one sink. */
export class SinkTally {
  #tally: Tally = { delivered: 0, deadLetters: 0, lastDeliveredAt: null };

  get tally(): Tally {
    return { ...this.#tally };
  }

  /** The sink is done with an event. @param nowMs Unix time */
  count(outcome: 'delivered' | 'dead_letter' | 'skipped', nowMs: number): void {
    if (outcome === 'dead_letter') this.#tally.deadLetters++;
    if (outcome !== 'delivered') return;
    this.#tally.delivered++;
    this.#tally.lastDeliveredAt = new Date(nowMs).toISOString();
  }
}
