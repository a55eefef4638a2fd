import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SpotterEvent } from './event.js';
import { type FindEvents, laterOfTrack } from './laterOfTrack.js';
import type { HistoryQuery, UnendedQuery } from './log/history.js';
import type { StoredEvent } from './log/row.js';

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
  /** Of the last `left`, or a later `match`. */
  lastSeq: number;
}

/** A query for stays; empty lists mean all, null means no bound. */
export interface StayQuery {
  people: readonly string[];
  cameras: readonly string[];
  /** Bounds of a time, the upper one exclusive, Unix ms: a stay with a `match` in it is found, and is whole. */
  fromMs: number | null;
  toMs: number | null;
  /** Only stays whose first `match` in that time has a smaller number. */
  before: number | null;
  /** From 1. */
  limit: number;
}

/** What {@link findStays} needs. */
export interface StaySources {
  find: FindEvents;
  /** See {@link History.lastUnended}. */
  lastUnended: (query: UnendedQuery) => Pick<StoredEvent, 'seq' | 'text'> | null;
  /** Whether a track is in view. */
  isInView: (track: string) => boolean;
  /** A person who is away for no longer continues the stay, ms. */
  gapMs: number;
}

/** Tracks that are read for one answer, so that it does not take long; a stay of more than that is cut. */
const MOST_TRACKS = 2000;
/** Tracks of a person that may come and go at a camera while another one stays: those of a mirror, a screen. */
const MOST_BESIDE = 64;
/** What else waits, such as events to be published, gets its turn after this time, ms. */
const TURN_MS = 5;
const ANY_MATCH: HistoryQuery = {
  ...{ people: [], cameras: [], kinds: ['match'], fromMs: null, toMs: null, after: null, before: null },
  ...{ limit: 1, oldestFirst: true },
};

/**
 * Who was where and when, from the events in the log: a stay begins with a `match` and ends when its track does. A name that was
 * withdrawn is no stay. Newest first. Takes about 1 ms per stay, in short turns.
 *
 * @returns the stays, and `before` for the next page; null on the last one
 */
export async function findStays(
  query: StayQuery,
  sources: StaySources,
): Promise<{ stays: Stay[]; before: number | null }> {
  const { limit, before, ...bounds } = query;
  const tracks = new NamedTracks(sources);
  /** With the number of its first `match` in the time that is asked for. */
  const found: { seq: number; stay: Stay }[] = [];
  /** By person and camera, the first track so far of a stay that has an earlier one. */
  const unfinished = new Map<string, Stay>();
  let lastSeq = before;
  let turnMs = performance.now();
  const add = (track: Stay, first: Stay) => {
    unfinished.delete(JSON.stringify(lane(track)));
    const members = [...tracks.stayFrom(first)];
    // Several tracks of a stay that began before that time may have no earlier one in it.
    const own = members.find((one) => one.firstSeq === track.firstSeq || isWithin(one, query));
    if (own?.firstSeq === track.firstSeq) found.push({ seq: track.firstSeq, stay: members.reduce(joined) });
  };
  for (const { seq, track } of tracks.read({ ...bounds, before, oldestFirst: false })) {
    // One more than fits: there is another page.
    if (found.length > limit) break;
    if (performance.now() - turnMs > TURN_MS) {
      await nextTurn();
      turnMs = performance.now();
    }
    lastSeq = seq;
    if (track === null) continue;
    const earlier = tracks.continuedBy(track);
    if (earlier && isWithin(earlier, query)) unfinished.set(JSON.stringify(lane(track)), track);
    else add(track, earlier ? tracks.firstOf(earlier) : track);
  }
  if (tracks.isCut) for (const track of unfinished.values()) add(track, track);
  found.sort((a, b) => b.seq - a.seq);
  const page = found.slice(0, limit);
  const position = page.length < found.length ? (page.at(-1)?.seq ?? null) : tracks.isCut ? lastSeq : null;
  return { stays: page.map(({ stay }) => stay), before: position };
}

/** Tracks that had a name, each as a stay of its own. One is read once, and a limited number of them. */
class NamedTracks {
  readonly #sources: StaySources;
  /** By the number of the `match`; null for a name that was withdrawn. */
  readonly #known = new Map<number, Stay | null>();
  #isCut = false;

  constructor(sources: StaySources) {
    this.#sources = sources;
  }

  /** Whether there were more to read than may be. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** The tracks of a query in its order, each with the number of its `match`; null for a name that was withdrawn. */
  *read(query: Partial<HistoryQuery>): Generator<{ seq: number; track: Stay | null }> {
    const { oldestFirst = true } = query;
    let { after = null, before = null } = query;
    // Often only the next one is wanted.
    for (let limit = 1; ; limit = Math.min(4 * limit, MOST_BESIDE)) {
      const matches = this.#sources.find({ ...ANY_MATCH, ...query, after, before, limit, oldestFirst });
      for (const match of matches) {
        const track = this.#trackOf(match);
        if (track === undefined) return;
        yield { seq: match.seq, track };
      }
      if (matches.length < limit) return;
      const last = matches[matches.length - 1].seq;
      if (oldestFirst) after = last;
      else before = last;
    }
  }

  /** The last track that another one continues, of the same person at the same camera; null when it is the first of its stay. */
  continuedBy(track: Stay): Stay | null {
    const { person, camera, firstSeq, startedAt } = track;
    const { lastUnended, gapMs } = this.#sources;
    const wanted = { person, camera, sinceMs: Date.parse(startedAt) - gapMs, among: MOST_BESIDE };
    let before = firstSeq;
    for (let tried = 0; tried < MOST_BESIDE; tried++) {
      const match = lastUnended({ ...wanted, before });
      const earlier = match && this.#trackOf(match);
      if (!match || earlier === undefined) return null;
      if (earlier && this.#isContinued(earlier, track)) return earlier;
      before = match.seq;
    }
    return null;
  }

  /** The first track of the stay of a track. */
  firstOf(track: Stay): Stay {
    let first = track;
    for (let earlier: Stay | null = first; earlier; earlier = this.continuedBy(first)) first = earlier;
    return first;
  }

  /** The tracks of a stay from one of them on, in order. */
  *stayFrom(first: Stay): Generator<Stay> {
    let stay = first;
    yield first;
    for (const { track } of this.read({ ...lane(first), after: first.firstSeq })) {
      if (track === null) continue;
      if (!this.#isContinued(stay, track)) return;
      stay = joined(stay, track);
      yield track;
    }
  }

  #isContinued({ endedAt }: Stay, { startedAt }: Stay): boolean {
    return endedAt === null || Date.parse(startedAt) - Date.parse(endedAt) <= this.#sources.gapMs;
  }

  /** undefined where no more may be read. */
  #trackOf({ seq, text }: { seq: number; text: string }): Stay | null | undefined {
    const known = this.#known.get(seq);
    if (known !== undefined) return known;
    this.#isCut ||= this.#known.size === MOST_TRACKS;
    if (this.#isCut) return undefined;
    const track = this.#stayOf(JSON.parse(text));
    this.#known.set(seq, track);
    return track;
  }

  #stayOf(match: SpotterEvent): Stay | null {
    const { find, isInView } = this.#sources;
    const { person, displayName, camera, track, capturedAt: startedAt, seq: firstSeq } = match;
    if (person === null || track === null) return null;
    const { events, isReused } = laterOfTrack(match, find);
    if (events.some(({ withdrawn }) => withdrawn === person)) return null;
    const left = events.find(({ kind }) => kind === 'left');
    const isOpen = !left && !isReused && isInView(track);
    const endedAt = isOpen ? null : (left?.capturedAt ?? startedAt);
    return { person, displayName, camera, startedAt, endedAt, firstSeq, lastSeq: left?.seq ?? firstSeq };
  }
}

/** What selects the tracks of the same person at the same camera. */
function lane({ person, camera }: Stay): Pick<HistoryQuery, 'people' | 'cameras'> {
  return { people: [person], cameras: [camera] };
}

/** Two tracks of a stay as one: it goes on until the last of them ends. */
function joined(first: Stay, next: Stay): Stay {
  const { startedAt, firstSeq } = first;
  const ends = [first.endedAt, next.endedAt];
  const endedAt = ends.includes(null) ? null : ends.sort()[1];
  return { ...next, startedAt, firstSeq, endedAt, lastSeq: Math.max(first.lastSeq, next.lastSeq) };
}

function isWithin({ startedAt }: Stay, { fromMs, toMs }: Pick<StayQuery, 'fromMs' | 'toMs'>): boolean {
  const startMs = Date.parse(startedAt);
  return (fromMs === null || startMs >= fromMs) && (toMs === null || startMs < toMs);
}
