import type { SpotterEvent } from './event.js';
import type { HistoryQuery } from './log/history.js';
import type { StoredEvent } from './log/row.js';

/** Finds stored events; see {@link HistoryQuery}. */
export type FindEvents = (query: HistoryQuery) => readonly Pick<StoredEvent, 'seq' | 'text'>[];

/** What came after an event of a track. */
export interface LaterOfTrack {
  /** The later events of the same face, in order; few, however old the track is. */
  events: SpotterEvent[];
  /** Whether another face has had this id since, so that what is in view under it now is not this one. */
  isReused: boolean;
}

/**
 * The later events of the track of an event: its end, and the names that were withdrawn from it, also long after that.
 *
 * @param event of a track
 */
export function laterOfTrack(
  { seq, track }: Pick<SpotterEvent, 'seq' | 'track'>,
  find: FindEvents,
): LaterOfTrack {
  const all = { before: null, fromMs: null, toMs: null, cameras: [], people: [], kinds: [] };
  const found = find({ ...all, track, after: seq, limit: Number.POSITIVE_INFINITY, oldestFirst: true });
  const events = found.map(({ text }) => JSON.parse(text) as SpotterEvent);
  // A face appears once. Track numbers have begun anew where a log was lost, or a camera had nothing but gaps for long.
  const next = events.findIndex(({ kind }) => kind === 'appeared');
  return next < 0 ? { events, isReused: false } : { events: events.slice(0, next), isReused: true };
}
