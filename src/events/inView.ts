import type { TrackBrief } from '../track/trackBrief.js';
import { type EventDraft, leftDraft, type SpotterEvent } from './event.js';

/** A track in view and its camera. */
export type TrackInView = TrackBrief & { camera: string };

/** Where a person is. */
export interface Whereabouts {
  /** Cameras that see the person, the one that named the person last first. */
  cameras: string[];
  /** ISO 8601: since when the person has been at one camera or another. */
  since: string;
}

interface Published {
  track: TrackInView;
  /** ISO 8601: since when the track has had its name, or none. */
  since: string;
}

/**
 * Who is in view, at two moments that must not be mixed up:
 *
 * - **reported**, by the engine's last event or frame. It owes a `left` to each of these tracks when the engine dies.
 * - **published**, by the last event in the log. Clients and brokers see these tracks and names, so that what they are
 *   shown fits the events that they have had. A frame report only adds where a face is now.
 *
 * Both begin empty, as nothing is known before the first event.
 */
export class InView {
  /** By camera. */
  readonly #reported = new Map<string, readonly TrackBrief[]>();
  /** By track, the one that was named last at the end. */
  readonly #published = new Map<string, Published>();
  readonly #lastPerson = new Map<string, string>();

  /** Takes an event that the engine has reported and that is not in the log yet. */
  noteReported(draft: EventDraft): void {
    const { camera, track, kind } = draft;
    if (track === null) return;
    const before = this.reportedAt(camera).find(({ id }) => id === track);
    const others = this.reportedAt(camera).filter(({ id }) => id !== track);
    const after = kind === 'left' ? null : briefOf(draft, track, before);
    this.noteFrame(camera, after ? [...others, after] : others);
  }

  /** @param tracks every track that is in view of the camera after a frame and has been reported by an event */
  noteFrame(camera: string, tracks: readonly TrackBrief[]): void {
    if (tracks.length > 0) this.#reported.set(camera, tracks);
    else this.#reported.delete(camera);
  }

  /** The tracks at a camera, as its last frame shows them. */
  reportedAt(camera: string): readonly TrackBrief[] {
    return this.#reported.get(camera) ?? [];
  }

  /**
   * Ends every reported track, as nobody watches any more. Those of cameras that have been removed are among them until the
   * engine has reported that they left.
   *
   * @param unixMs when it ended
   * @returns the `left` of each
   */
  endReported(unixMs: number): EventDraft[] {
    const drafts = [...this.#reported].flatMap(([camera, tracks]) =>
      tracks.map((track) => lostTrackDraft(camera, track, unixMs)),
    );
    this.#reported.clear();
    return drafts;
  }

  /**
   * Takes an event that is in the log.
   *
   * @returns whether anything has changed in what {@link whereIs}, {@link peopleAt}, {@link isOccupied} and
   *   {@link lastPersonAt} answer
   */
  notePublished(event: SpotterEvent): boolean {
    const { kind, camera, track, person, capturedAt: since } = event;
    // Whoever was in view before the gap has left, even where that event was lost. Of a lost log every event was published.
    if (kind === 'gap' && event.cause === 'log_lost') return false;
    if (kind === 'gap') return this.#clear(camera);
    if (track === null) return false;
    if (kind === 'left') return this.#published.delete(track);
    const before = this.#published.get(track);
    const brief = briefOf(event, track, before?.track);
    if (!brief) return false;
    if (before?.track.person === person) {
      before.track = { camera, ...brief };
      return false;
    }
    this.#published.delete(track);
    this.#published.set(track, { track: { camera, ...brief }, since });
    if (person !== null) this.#lastPerson.set(camera, person);
    return true;
  }

  /**
   * Forgets what has been published of a camera that is no longer configured. Its reported tracks stay: each is still owed
   * its `left`.
   */
  forgetCamera(camera: string): void {
    this.#clear(camera);
    this.#lastPerson.delete(camera);
  }

  /** Takes a person's name off every track; it is unknown until a frame or event shows more. */
  forgetPerson(person: string): void {
    for (const [camera, tracks] of this.#reported)
      this.#reported.set(
        camera,
        tracks.map((track) => withoutName(track, person)),
      );
    for (const entry of this.#published.values()) entry.track = withoutName(entry.track, person);
    for (const [camera, last] of this.#lastPerson) if (last === person) this.#lastPerson.delete(camera);
  }

  /** Every published track, with the published verdict and the box of the last frame. */
  get published(): TrackInView[] {
    const latest = new Map([...this.#reported.values()].flat().map((track) => [track.id, track]));
    return [...this.#published].map(([id, { track }]) => {
      const { verdict, person } = track;
      return { ...track, ...latest.get(id), verdict, person };
    });
  }

  /** Where a person is; null for nowhere. */
  whereIs(person: string): Whereabouts | null {
    const found = [...this.#published.values()].filter(({ track }) => track.person === person).reverse();
    if (found.length === 0) return null;
    const since = found.map((one) => one.since).sort()[0];
    return { cameras: [...new Set(found.map(({ track }) => track.camera))], since };
  }

  /** Names of the people at a camera, sorted. */
  peopleAt(camera: string): string[] {
    const names = this.#at(camera).flatMap(({ person }) => person ?? []);
    return [...new Set(names)].sort();
  }

  /** Whether any face is at a camera, named or not. */
  isOccupied(camera: string): boolean {
    return this.#at(camera).length > 0;
  }

  /** The person who was named last at a camera; null for nobody so far. */
  lastPersonAt(camera: string): string | null {
    return this.#lastPerson.get(camera) ?? null;
  }

  #at(camera: string): TrackInView[] {
    return [...this.#published.values()].map(({ track }) => track).filter((track) => track.camera === camera);
  }

  #clear(camera: string): boolean {
    const tracks = this.#at(camera);
    for (const { id } of tracks) this.#published.delete(id);
    return tracks.length > 0;
  }
}

/** A track without a person's name; one of anybody else is unchanged. */
function withoutName<T extends TrackBrief>(track: T, person: string): T {
  return track.person === person ? { ...track, person: null, verdict: 'unknown' } : track;
}

/**
 * A track as an event shows it, until a frame report shows more; null where the event has no box.
 *
 * @param before the same track before the event
 */
function briefOf(
  event: Pick<EventDraft, 'kind' | 'box' | 'frame' | 'person' | 'mediaTimeMs'>,
  id: string,
  before: TrackBrief | undefined,
): TrackBrief | null {
  const { kind, box, frame, person, mediaTimeMs } = event;
  if (!box || !frame || mediaTimeMs === null) return null;
  const verdict =
    kind === 'match' ? ('known' as const) : kind === 'unknown' || kind === 'ambiguous' ? kind : null;
  const { firstSeenMs, frames } = before ?? { firstSeenMs: mediaTimeMs, frames: 1 };
  return { id, box, frame, firstSeenMs, lastSeenMs: mediaTimeMs, frames, verdict, person };
}

/** The `left` of a track that the engine can no longer end itself. */
function lostTrackDraft(camera: string, track: TrackBrief, capturedAtMs: number): EventDraft {
  const { id, box, frame, person, firstSeenMs, lastSeenMs, frames } = track;
  // A verdict that is still open: no look had been enough for a name.
  const verdict = track.verdict ?? 'unknown';
  const fields = { camera, track: id, person, box, frame, mediaTimeMs: lastSeenMs, capturedAtMs };
  return leftDraft(fields, { firstSeenMs, lastSeenMs, frames, verdict, reason: null });
}
