import { monotonicFactory } from 'ulid';
import type { EventDraft, SpotterEvent } from '../types.js';

export type EventListener = (event: SpotterEvent) => void;

/** Numbers events and hands each to every listener, in order. The single way for an event to the outside. */
export class EventFeed {
  readonly #listeners = new Set<EventListener>();
  readonly #nextId = monotonicFactory();
  #seq = 0;

  /** Number of the last event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  publish(draft: EventDraft): SpotterEvent {
    const { capturedAtMs, ended, gap, visit, snapshotKey, ...told } = draft;
    const nowMs = Date.now();
    const seq = ++this.#seq;
    const event: SpotterEvent = {
      seq,
      id: snapshotKey ?? this.#nextId(nowMs),
      ...told,
      ...ended,
      ...gap,
      ...visit,
      capturedAt: new Date(capturedAtMs).toISOString(),
      publishedAt: new Date(nowMs).toISOString(),
      snapshot: snapshotKey === null ? null : `/api/v1/events/${seq}/snapshot.jpg`,
    };
    for (const listener of this.#listeners) listener(event);
    return event;
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
