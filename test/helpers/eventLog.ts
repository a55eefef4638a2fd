import type { SpotterEvent } from '../../src/events/event.js';
import type { CursorStore, DeadLetter, DeadLetterStore, EventSource } from '../../src/events/sinks/port.js';
import { spotterEvent } from './events.js';

/** A small event log in memory, with cursors and dead letters: what a sink needs of the real one. */
export class MemoryLog implements EventSource, CursorStore, DeadLetterStore {
  readonly letters: DeadLetter[] = [];
  /** Every cursor that was saved, in order. */
  readonly saved: [sink: string, seq: number][] = [];
  readonly cursors = new Map<string, number>();
  readonly epoch = 'memory';
  #events: SpotterEvent[] = [];
  readonly #listeners = new Set<() => void>();

  get lastSeq(): number {
    return this.#events.at(-1)?.seq ?? 0;
  }

  /** Commits one event with the next number, published now. */
  commit(change: Partial<SpotterEvent> = {}): SpotterEvent {
    const seq = this.lastSeq + 1;
    const id = `01KDVPQ400000000000000${String(seq).padStart(4, '0')}`;
    const event = spotterEvent({ seq, id, publishedAt: new Date().toISOString(), ...change });
    this.#events.push(event);
    for (const listener of this.#listeners) listener();
    return event;
  }

  /** As when somebody has put an empty log in place of this one. */
  clear(): void {
    this.#events = [];
  }

  after(seq: number, limit: number): SpotterEvent[] {
    return this.#events.filter((event) => event.seq > seq).slice(0, limit);
  }

  onCommitted(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  load(sink: string): number | null {
    return this.cursors.get(sink) ?? null;
  }

  save(sink: string, seq: number): void {
    this.cursors.set(sink, seq);
    this.saved.push([sink, seq]);
  }

  add(letter: DeadLetter): void {
    this.letters.push(letter);
  }

  list(_before: number | null, limit: number): (DeadLetter & { number: number })[] {
    return this.letters.map((letter, index) => ({ ...letter, number: index + 1 })).slice(-limit);
  }
}
