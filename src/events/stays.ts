import type { SpotterEvent } from './event.js';

/** A person at a camera: one track, or several with short breaks. */
export interface Stay {
  person: string;
  displayName: string | null;
  camera: string;
  /** ISO 8601, of the first event. */
  startedAt: string;
  /** ISO 8601; null while the person is there. */
  endedAt: string | null;
  firstSeq: number;
  lastSeq: number;
}

/** A query for stays; empty lists mean all, null means no bound. */
export interface StayQuery {
  people: readonly string[];
  cameras: readonly string[];
  /** Bounds of the beginning, Unix ms. */
  fromMs: number | null;
  toMs: number | null;
  /** Only stays whose first event has a smaller number. */
  before: number | null;
  /** From 1. */
  limit: number;
}

/** What {@link findStays} needs. */
export interface StaySources {
  find: (
    query: Omit<StayQuery, 'limit'> & {
      after: number | null;
      kinds: readonly SpotterEvent['kind'][];
      limit: number;
      oldestFirst: boolean;
    },
  ) => readonly { text: string }[];
  /** Whether a track is in view. */
  isInView: (track: string) => boolean;
  /** A person who is away for no longer continues the stay, ms. */
  gapMs: number;
}

/** How far the end of a track is looked for, in events of its camera. */
const MOST_PAGES = 8;
const PAGE = 64;

/**
 * Who was where and when, from the events in the log: a stay begins with a `match` and ends when its track does, or loses the name.
 * Newest first.
 *
 * @returns the stays, and `before` for the next page; null on the last one
 */
export function findStays(query: StayQuery, sources: StaySources): { stays: Stay[]; before: number | null } {
  const { find, gapMs } = sources;
  const found = find({ ...query, after: null, kinds: ['match'], limit: query.limit + 1, oldestFirst: false });
  const matches = found.slice(0, query.limit).map(({ text }) => JSON.parse(text) as SpotterEvent);
  const before = found.length > matches.length ? (matches.at(-1)?.seq ?? null) : null;
  const stays: Stay[] = [];
  /** By person and camera, the one that began next. */
  const later = new Map<string, Stay>();
  for (const match of matches) {
    const stay = stayOf(match, sources);
    if (stay === null) continue;
    const key = JSON.stringify([stay.person, stay.camera]);
    const next = later.get(key);
    const isSame = next && Date.parse(next.startedAt) - Date.parse(stay.endedAt ?? next.startedAt) <= gapMs;
    if (next && isSame) Object.assign(next, { startedAt: stay.startedAt, firstSeq: stay.firstSeq });
    else {
      stays.push(stay);
      later.set(key, stay);
    }
  }
  return { stays, before };
}

function stayOf(match: SpotterEvent, { find, isInView }: StaySources): Stay | null {
  const { person, displayName, camera, track, capturedAt: startedAt, seq: firstSeq } = match;
  if (person === null || track === null) return null;
  const stay = { person, displayName, camera, startedAt, firstSeq };
  const filter = { people: [], cameras: [camera], fromMs: null, toMs: null, before: null };
  let after = firstSeq;
  for (let page = 0; page < MOST_PAGES; page++) {
    const kinds = ['left', 'match', 'unknown', 'ambiguous'] as const;
    const events = find({ ...filter, after, kinds, limit: PAGE, oldestFirst: true }).map(
      ({ text }) => JSON.parse(text) as SpotterEvent,
    );
    const end = events.find(
      (event) => event.track === track && (event.kind === 'left' || event.withdrawn === person),
    );
    if (end) return { ...stay, endedAt: end.capturedAt, lastSeq: end.seq };
    after = events.at(-1)?.seq ?? after;
    if (events.length < PAGE) break;
  }
  return { ...stay, endedAt: isInView(track) ? null : startedAt, lastSeq: firstSeq };
}
