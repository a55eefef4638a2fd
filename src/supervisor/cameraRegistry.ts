import type { CameraState } from '../core/cameraState.js';
import type { Moment } from '../core/clock.js';
import { BARE_DRAFT } from '../events/bareDraft.js';
import type { EventDraft, Gap } from '../events/event.js';
import { briefOf, withoutName } from '../events/tracksInView.js';
import type { FrameReport } from '../pipeline/frameReport.js';
import type { TrackBrief } from '../track/trackBrief.js';

interface Entry {
  state: CameraState;
  /** Why it is not live. */
  message: string | null;
  tracks: readonly TrackBrief[];
  /** Number of the next track, from 1. */
  nextTrack: number;
  /** Monotonic time of the last frame. */
  lastFrameMs: number | null;
  /** Since when nobody watches although the camera may deliver; monotonic time. */
  gap: { sinceMs: number; cause: Gap['cause'] } | null;
}

/**
 * What is known of each camera, kept outside the engine so that it outlives it: its state, who is in view, and the
 * time in which nobody watched.
 */
export class CameraRegistry {
  readonly #entries = new Map<string, Entry>();
  /** Who is in view of cameras that are no longer configured, by id, until it is told that they have left. */
  readonly #departing = new Map<string, TrackBrief & { camera: string }>();

  /**
   * Begins with a camera, or does nothing.
   *
   * @param firstTrack number that no track of it has had
   */
  add(id: string, firstTrack = 1): void {
    if (this.#entries.has(id)) return;
    const entry: Entry = {
      state: 'connecting',
      message: null,
      tracks: [],
      nextTrack: firstTrack,
      lastFrameMs: null,
      gap: null,
    };
    this.#entries.set(id, entry);
  }

  /** A camera that is no longer configured. The engine has still to say that who is in view has left. */
  remove(id: string): void {
    for (const track of this.#entries.get(id)?.tracks ?? [])
      this.#departing.set(track.id, { camera: id, ...track });
    this.#entries.delete(id);
  }

  get ids(): string[] {
    return [...this.#entries.keys()];
  }

  /** Every camera as clients see it. */
  get cameras(): { id: string; state: CameraState; message: string | null }[] {
    return [...this.#entries].map(([id, { state, message }]) => ({ id, state, message }));
  }

  /** Everybody in view. */
  get tracks(): (TrackBrief & { camera: string })[] {
    return [...this.#entries].flatMap(([camera, { tracks }]) =>
      tracks.map((track) => ({ camera, ...track })),
    );
  }

  nextTrack(id: string): number {
    return this.#entries.get(id)?.nextTrack ?? 1;
  }

  stateOf(id: string): CameraState | null {
    return this.#entries.get(id)?.state ?? null;
  }

  /** @returns whether this is news */
  setState(id: string, state: CameraState, message: string | null): boolean {
    const entry = this.#entries.get(id);
    if (!entry || (entry.state === state && entry.message === message)) return false;
    entry.state = state;
    entry.message = message;
    return true;
  }

  /** Every camera with when it was last seen and who is in view, by camera. */
  details(now: Moment): object[] {
    return [...this.#entries].map(([id, { state, message, tracks, lastFrameMs }]) => ({
      id,
      state,
      message,
      lastFrameAt: lastFrameMs === null ? null : new Date(unixOf(lastFrameMs, now)).toISOString(),
      tracks,
    }));
  }

  /** Remembers the number of a track that is told of, and that it is in view or has left. */
  noteDraft(draft: EventDraft): void {
    const { camera, track } = draft;
    if (track === null) return;
    if (draft.kind === 'left') this.#departing.delete(track);
    const entry = this.#entries.get(camera);
    if (!entry) return;
    entry.nextTrack = Math.max(entry.nextTrack, Number(track.slice(camera.length + 1)) + 1);
    const others = entry.tracks.filter(({ id }) => id !== track);
    const before = entry.tracks.find(({ id }) => id === track);
    if (draft.kind === 'left') entry.tracks = others;
    else if (!before) {
      const brief = briefOf(draft, track);
      if (brief) entry.tracks = [...others, brief];
    }
  }

  /** @param nowMs monotonic */
  noteFrame({ camera, outcome, tracks }: FrameReport, nowMs: number): void {
    const entry = this.#entries.get(camera);
    if (!entry || outcome !== 'processed') return;
    entry.tracks = tracks;
    entry.lastFrameMs = nowMs;
  }

  /** A person's tracks are somebody unknown's until a frame says otherwise. */
  forgetPerson(person: string): void {
    for (const entry of this.#entries.values())
      entry.tracks = entry.tracks.map((track) => withoutName(track, person));
  }

  /** Frames flow again. @returns the gap that this ends, for the feed */
  endGap(id: string, now: Moment): EventDraft | null {
    const entry = this.#entries.get(id);
    if (!entry?.gap) return null;
    const { gap } = entry;
    entry.gap = null;
    return gapDraft(id, { fromMs: unixOf(gap.sinceMs, now), toMs: now.unixMs, cause: gap.cause });
  }

  /**
   * Nobody watches any camera from now on. Who was in view has left as far as anybody can tell.
   *
   * @returns the leavings, for the feed
   */
  interrupt(cause: Gap['cause'], { unixMs, monotonicMs }: Moment): EventDraft[] {
    for (const entry of this.#entries.values()) {
      if (entry.state === 'live') entry.gap ??= { sinceMs: entry.lastFrameMs ?? monotonicMs, cause };
    }
    return this.leave(unixMs);
  }

  /** Who is still in view has left, as far as anybody can tell. @returns the leavings, for the feed */
  leave(unixMs: number): EventDraft[] {
    const leaving = [...this.#departing.values(), ...this.tracks];
    this.#departing.clear();
    for (const entry of this.#entries.values()) entry.tracks = [];
    return leaving.map(({ camera, ...track }) => leavingDraft(camera, track, unixMs));
  }
}

/** Where a monotonic time lies on the wall clock, as far as that has not been set since. */
function unixOf(monotonicMs: number, now: Moment): number {
  return now.unixMs - (now.monotonicMs - monotonicMs);
}

/** A time in which nothing is known of a camera, for the feed; Unix times. */
export function gapDraft(
  camera: string,
  { fromMs, toMs, cause }: { fromMs: number; toMs: number; cause: Gap['cause'] },
): EventDraft {
  const gap = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), cause };
  return { ...BARE_DRAFT, kind: 'gap', camera, capturedAtMs: toMs, gap };
}

function leavingDraft(camera: string, track: TrackBrief, capturedAtMs: number): EventDraft {
  const { id, box, frame, person, firstSeenMs, lastSeenMs, frames, verdict } = track;
  const ended = {
    firstSeenMs,
    lastSeenMs,
    frames,
    // Still open when the engine went: no look had been enough for a name.
    verdict: verdict ?? ('unknown' as const),
    reason: null,
  };
  const where = { box, frame, mediaTimeMs: lastSeenMs, capturedAtMs };
  return { ...BARE_DRAFT, ...where, kind: 'left', camera, track: id, person, ended };
}
