import { type EventDraft, type Gap, type Visit, visitDraft } from './event.js';

/** What of an event the visits depend on. */
export interface Sighting
  extends Pick<
    EventDraft,
    'kind' | 'camera' | 'track' | 'person' | 'withdrawn' | 'capturedAtMs' | 'mediaTimeMs'
  > {
  gap: Pick<Gap, 'cause'> | null;
}

/** The open visits, to go on from later. */
export interface VisitsState {
  visits: (Omit<OpenVisit, 'cameras'> & { cameras: [string, number][] })[];
  members: { track: string; visit: string; camera: string }[];
}

/** The state of one visit. Steady times are of the clock that {@link Visits} is given. */
interface OpenVisit {
  id: string;
  person: string;
  startedAtMs: number;
  /** Number of tracks per camera, in the order in which the cameras first saw the person. */
  cameras: Map<string, number>;
  /** Steady time since which nobody is in view; null while somebody is. */
  quietSinceMs: number | null;
  /** Where and when the person was last known to be. */
  last: Seen;
  /** The end of the last track whose name has held. */
  left: Seen | null;
}

/**
 * A track in view that belongs to a visit. Kept here and not by InView, which does not know the visits of tracks, and which
 * a scan does without.
 */
interface Member {
  visit: OpenVisit;
  camera: string;
}

interface Seen extends Pick<EventDraft, 'camera' | 'capturedAtMs' | 'mediaTimeMs'> {
  /** Steady time. */
  atMs: number;
  /** As clients read it: Unix time of the frame, or media time. */
  seenAtMs: number;
}

/** When {@link Visits} joins tracks, and which time it reads. */
export interface VisitsOptions {
  /** A person who is back at a camera of the visit within this is on the same visit, ms. */
  gapMs: number;
  /** Which time of a draft clients read: Unix time, or in a recording its own clock, so that a replay is the same. */
  clock: 'captured' | 'media';
}

/**
 * Joins the tracks of one person to visits. At most one visit per person has anybody in view: a track that begins while
 * another one of the person is in view belongs to the same visit, whatever its camera. When nobody is in view, a visit
 * waits for `gapMs` and continues when the person comes back to one of its cameras; another camera begins a new visit.
 *
 * Pure: the time is passed with every call, in ms of a clock that never goes back.
 */
export class Visits {
  readonly #clock: VisitsOptions['clock'];
  /** By track. */
  readonly #members = new Map<string, Member>();
  readonly #open = new Set<OpenVisit>();
  #gapMs: number;

  constructor({ gapMs, clock }: VisitsOptions) {
    this.#gapMs = gapMs;
    this.#clock = clock;
  }

  /** Number of visits that have begun and not ended. */
  get open(): number {
    return this.#open.size;
  }

  /** Sets another `gapMs`, also for visits that wait already. */
  set gapMs(gapMs: number) {
    this.#gapMs = gapMs;
  }

  /**
   * Works out what an event means for the visits.
   *
   * @param draft of any kind; call {@link expire} first for the visits that have ended by then
   * @returns drafts to publish after it, in order
   */
  take(draft: Sighting, nowMs: number): EventDraft[] {
    if (draft.kind === 'gap' && draft.gap?.cause !== 'log_lost') this.#interrupt(draft, nowMs);
    const { track, person } = draft;
    if (track === null) return [];
    const seen = this.#seen(draft, nowMs);
    const drafts: EventDraft[] = [];
    const before = this.#members.get(track);
    const name = before?.visit.person;
    const isCorrected = before && (draft.withdrawn === name || (person ?? name) !== name);
    if (isCorrected) drafts.push(...this.#withdraw(track, before, seen));
    if (draft.kind === 'match' && person !== null && (!before || isCorrected))
      drafts.push(...this.#join(track, person, seen));
    if (draft.kind === 'left') this.#leave(track, seen);
    return drafts;
  }

  /** Ends the visits to which nobody has come back in time. @returns drafts to publish, in order */
  expire(nowMs: number): EventDraft[] {
    const late = [...this.#open].filter(
      ({ quietSinceMs }) => quietSinceMs !== null && nowMs - quietSinceMs > this.#gapMs,
    );
    return late.map((visit) => this.#end(visit));
  }

  /**
   * Ends every visit, as nobody watches any more.
   *
   * @param seenAtMs when people in view were last seen, as clients read it; by default with their last event
   * @returns drafts to publish, in order
   */
  endAll(seenAtMs?: number): EventDraft[] {
    return [...this.#open].map((visit) => {
      if (this.#isInView(visit) && seenAtMs !== undefined) visit.last = { ...visit.last, seenAtMs };
      return this.#end(visit);
    });
  }

  /** Drops a person's visits without an event: their events are erased. */
  forgetPerson(person: string): void {
    for (const [track, { visit }] of this.#members) if (visit.person === person) this.#members.delete(track);
    for (const visit of this.#open) if (visit.person === person) this.#open.delete(visit);
  }

  /** Ends a visit without an event: it is published already. @param id of the visit; there may be none */
  drop(id: string): void {
    for (const visit of this.#open) if (visit.id === id) this.#end(visit);
  }

  /** The open visits, see {@link restore}. */
  get state(): VisitsState {
    const visits = [...this.#open].map((visit) => ({ ...visit, cameras: [...visit.cameras] }));
    const members = [...this.#members].map(([track, { visit, camera }]) => ({
      track,
      visit: visit.id,
      camera,
    }));
    return { visits, members };
  }

  /** Goes on from a state, instead of the one that there is. */
  restore({ visits, members }: VisitsState): void {
    this.#open.clear();
    this.#members.clear();
    const byId = new Map(visits.map((visit) => [visit.id, { ...visit, cameras: new Map(visit.cameras) }]));
    for (const visit of byId.values()) this.#open.add(visit);
    for (const { track, visit: id, camera } of members) {
      const visit = byId.get(id);
      if (visit) this.#members.set(track, { visit, camera });
    }
  }

  #join(track: string, person: string, seen: Seen): EventDraft[] {
    const { camera } = seen;
    const own = [...this.#open].filter((visit) => visit.person === person);
    const joined =
      own.find((visit) => this.#isInView(visit)) ?? own.findLast(({ cameras }) => cameras.has(camera));
    const visit = joined ?? {
      id: `${track}-${seen.seenAtMs.toString(36)}`,
      person,
      startedAtMs: seen.seenAtMs,
      cameras: new Map(),
      quietSinceMs: null,
      last: seen,
      left: null,
    };
    visit.cameras.set(camera, (visit.cameras.get(camera) ?? 0) + 1);
    visit.quietSinceMs = null;
    visit.last = seen;
    this.#members.set(track, { visit, camera });
    if (joined) return [];
    this.#open.add(visit);
    return [this.#draft('visit_started', visit)];
  }

  #leave(track: string, seen: Seen): void {
    const visit = this.#members.get(track)?.visit;
    if (!visit) return;
    this.#members.delete(track);
    visit.last = seen;
    visit.left = seen;
    if (!this.#isInView(visit)) visit.quietSinceMs = seen.atMs;
  }

  /** The track was never this person's: a visit of nothing else ends, another one is as it would be without the track. */
  #withdraw(track: string, { visit, camera }: Member, seen: Seen): EventDraft[] {
    this.#members.delete(track);
    const others = (visit.cameras.get(camera) ?? 1) - 1;
    // The end of such a visit still has the camera at which the person was thought to be.
    const isBaseless = others === 0 && visit.cameras.size === 1;
    if (isBaseless) {
      visit.last = seen;
      return [this.#end(visit)];
    }
    if (others > 0) visit.cameras.set(camera, others);
    else visit.cameras.delete(camera);
    if (!this.#isInView(visit) && visit.left) {
      visit.last = visit.left;
      visit.quietSinceMs = visit.left.atMs;
    }
    return [];
  }

  /** Whoever was in view of a camera before its gap, without a `left` so far, is lost from sight. */
  #interrupt(draft: Sighting, nowMs: number): void {
    for (const [track, { visit, camera }] of this.#members) {
      if (camera === draft.camera) this.#leave(track, { ...visit.last, atMs: nowMs });
    }
  }

  #end(visit: OpenVisit): EventDraft {
    this.#open.delete(visit);
    for (const [track, member] of this.#members) if (member.visit === visit) this.#members.delete(track);
    return this.#draft('visit_ended', visit);
  }

  #isInView(visit: OpenVisit): boolean {
    return [...this.#members.values()].some((member) => member.visit === visit);
  }

  #seen({ camera, capturedAtMs, mediaTimeMs }: Sighting, atMs: number): Seen {
    const seenAtMs = this.#clock === 'media' ? (mediaTimeMs ?? atMs) : capturedAtMs;
    return { camera, capturedAtMs, mediaTimeMs, atMs, seenAtMs };
  }

  #draft(kind: 'visit_started' | 'visit_ended', visit: OpenVisit): EventDraft {
    const { id, person, startedAtMs, cameras, last } = visit;
    const { camera, capturedAtMs, mediaTimeMs, seenAtMs } = last;
    const fields: Visit = {
      visit: id,
      cameras: [...cameras.keys()],
      startedAt: new Date(startedAtMs).toISOString(),
      endedAt: kind === 'visit_ended' ? new Date(seenAtMs).toISOString() : null,
    };
    return visitDraft(kind, { person, camera, visit: fields, mediaTimeMs, capturedAtMs });
  }
}
