import { BARE_DRAFT } from './bareDraft.js';
import type { EventDraft, EventKind, Visit } from './event.js';

/** How the state of one visit is kept. Steady times are of the clock that {@link Visits} is given. */
interface OpenVisit {
  id: string;
  person: string;
  startedAtMs: number;
  /** How many tracks each camera gave, in the order in which they first saw the person. */
  cameras: Map<string, number>;
  /** Tracks that are there now, and their cameras. */
  alive: Map<string, string>;
  /** Set while nobody is there: since when. */
  quietSinceMs: number | null;
  /** Where and when the person was last known to be there. */
  last: Seen;
  /** The last time that a track ended whose name has held. */
  left: Seen | null;
}

interface Seen extends Pick<EventDraft, 'camera' | 'capturedAtMs' | 'mediaTimeMs'> {
  /** Steady time. */
  atMs: number;
  /** As clients read it: Unix time of the frame, or media time. */
  seenAtMs: number;
}

export interface VisitsOptions {
  /** A person who is back at a camera of the visit within this is on the same visit, ms. */
  gapMs: number;
  /** Which of a draft's times clients read: Unix time, or in a recording its own clock, so that a replay is the same. */
  clock: 'captured' | 'media';
}

/**
 * Joins the tracks of one person to visits. At most one visit of a person has anybody in view: a track that begins while
 * another one of the person is alive belongs to the same visit, wherever it is. When nobody is in view, a visit waits for
 * `gapMs`, and goes on when the person comes back to one of its cameras; another camera begins a visit of its own.
 *
 * Pure: time comes in with every call, as ms of a clock that never goes back.
 */
export class Visits {
  readonly #clock: VisitsOptions['clock'];
  readonly #byTrack = new Map<string, OpenVisit>();
  readonly #open = new Set<OpenVisit>();
  #gapMs: number;

  constructor({ gapMs, clock }: VisitsOptions) {
    this.#gapMs = gapMs;
    this.#clock = clock;
  }

  /** Visits that have begun and not ended. */
  get open(): number {
    return this.#open.size;
  }

  /** Another `gapMs` counts from now on, also for visits that wait. */
  set gapMs(gapMs: number) {
    this.#gapMs = gapMs;
  }

  /**
   * What an event means for the visits.
   *
   * @param draft of any kind; visits of earlier ones should have been asked for by {@link expire} first
   * @returns drafts to be told after it, in order
   */
  take(draft: EventDraft, nowMs: number): EventDraft[] {
    if (draft.kind === 'gap') this.#interrupt(draft, nowMs);
    const { track, person } = draft;
    if (track === null) return [];
    const seen = this.#seen(draft, nowMs);
    const told: EventDraft[] = [];
    const before = this.#byTrack.get(track);
    const isCorrected =
      before && (draft.withdrawn === before.person || (person ?? before.person) !== before.person);
    if (isCorrected) told.push(...this.#withdraw(before, track, seen));
    if (draft.kind === 'match' && person !== null && (!before || isCorrected))
      told.push(...this.#join(track, person, seen));
    if (draft.kind === 'left') this.#leave(track, seen);
    return told;
  }

  /** Ends the visits to which nobody has come back in time. @returns drafts to be told, in order */
  expire(nowMs: number): EventDraft[] {
    const late = [...this.#open].filter(
      ({ quietSinceMs }) => quietSinceMs !== null && nowMs - quietSinceMs > this.#gapMs,
    );
    return late.map((visit) => this.#end(visit));
  }

  /**
   * Nobody watches any more: ends every visit, those of people in view at this moment.
   *
   * @param seenAtMs the same moment as clients read it; by default everybody was last seen when their last event was
   */
  endAll(seenAtMs?: number): EventDraft[] {
    return [...this.#open].map((visit) => {
      if (visit.alive.size > 0 && seenAtMs !== undefined) visit.last = { ...visit.last, seenAtMs };
      return this.#end(visit);
    });
  }

  /** Drops a person's visits without a word: their events are erased. */
  forgetPerson(person: string): void {
    for (const [track, visit] of this.#byTrack) if (visit.person === person) this.#byTrack.delete(track);
    for (const visit of this.#open) if (visit.person === person) this.#open.delete(visit);
  }

  #join(track: string, person: string, seen: Seen): EventDraft[] {
    const { camera } = seen;
    const own = [...this.#open].filter((visit) => visit.person === person);
    const joined =
      own.find(({ alive }) => alive.size > 0) ?? own.findLast(({ cameras }) => cameras.has(camera));
    const visit = joined ?? {
      id: `${track}-${seen.seenAtMs.toString(36)}`,
      person,
      startedAtMs: seen.seenAtMs,
      cameras: new Map(),
      alive: new Map(),
      quietSinceMs: null,
      last: seen,
      left: null,
    };
    visit.cameras.set(camera, (visit.cameras.get(camera) ?? 0) + 1);
    visit.alive.set(track, camera);
    visit.quietSinceMs = null;
    visit.last = seen;
    this.#byTrack.set(track, visit);
    if (joined) return [];
    this.#open.add(visit);
    return [this.#draft('visit_started', visit)];
  }

  #leave(track: string, seen: Seen): void {
    const visit = this.#byTrack.get(track);
    if (!visit) return;
    this.#byTrack.delete(track);
    visit.alive.delete(track);
    visit.last = seen;
    visit.left = seen;
    if (visit.alive.size === 0) visit.quietSinceMs = seen.atMs;
  }

  /** The track was never this person's: a visit that rests on nothing else is over, another one is as if without it. */
  #withdraw(visit: OpenVisit, track: string, seen: Seen): EventDraft[] {
    const camera = visit.alive.get(track) ?? seen.camera;
    this.#byTrack.delete(track);
    visit.alive.delete(track);
    const others = (visit.cameras.get(camera) ?? 1) - 1;
    // A visit that was none is still told of where it was thought to be.
    const isBaseless = others === 0 && visit.cameras.size === 1;
    if (isBaseless) {
      visit.last = seen;
      return [this.#end(visit)];
    }
    if (others > 0) visit.cameras.set(camera, others);
    else visit.cameras.delete(camera);
    if (visit.alive.size === 0 && visit.left) {
      visit.last = visit.left;
      visit.quietSinceMs = visit.left.atMs;
    }
    return [];
  }

  /** Whoever was in view of a camera that nobody watched, and has not been said to have left, was lost sight of. */
  #interrupt(draft: EventDraft, nowMs: number): void {
    for (const [track, visit] of this.#byTrack) {
      if (visit.alive.get(track) === draft.camera) this.#leave(track, { ...visit.last, atMs: nowMs });
    }
  }

  #end(visit: OpenVisit): EventDraft {
    this.#open.delete(visit);
    for (const track of visit.alive.keys()) this.#byTrack.delete(track);
    return this.#draft('visit_ended', visit);
  }

  #seen({ camera, capturedAtMs, mediaTimeMs }: EventDraft, atMs: number): Seen {
    const seenAtMs = this.#clock === 'media' ? (mediaTimeMs ?? atMs) : capturedAtMs;
    return { camera, capturedAtMs, mediaTimeMs, atMs, seenAtMs };
  }

  #draft(kind: EventKind, { id, person, startedAtMs, cameras, last }: OpenVisit): EventDraft {
    const { camera, capturedAtMs, mediaTimeMs, seenAtMs } = last;
    const visit: Visit = {
      visit: id,
      cameras: [...cameras.keys()],
      startedAt: new Date(startedAtMs).toISOString(),
      endedAt: kind === 'visit_ended' ? new Date(seenAtMs).toISOString() : null,
    };
    return visitDraft(kind, { person, camera, visit, mediaTimeMs, capturedAtMs });
  }
}

/** An event of a visit: nobody's face in particular. */
export function visitDraft(
  kind: EventKind,
  told: Pick<EventDraft, 'person' | 'camera' | 'visit' | 'mediaTimeMs' | 'capturedAtMs'>,
): EventDraft {
  return { kind, ...BARE_DRAFT, ...told };
}
