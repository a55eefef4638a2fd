import type { CameraState } from '../core/cameraState.js';
import type { Moment } from '../core/clock.js';
import type { Size } from '../core/geometry.js';
import { type EventDraft, type Gap, gapDraft } from '../events/event.js';
import type { FrameReport } from '../pipeline/frameReport.js';

interface Entry {
  state: CameraState;
  /** Why it is not live. */
  message: string | null;
  /** Number of the next track, from 1. */
  nextTrack: number;
  /** Monotonic time of the last frame. */
  lastFrameMs: number | null;
  /** Size of its last frame, px; null before the first. */
  size: Size | null;
  /** Since when it has not been watched although it may deliver frames; monotonic time. */
  gap: { sinceMs: number; cause: Gap['cause'] } | null;
}

/** A camera as clients see it. */
export interface CameraDetails {
  id: string;
  state: CameraState;
  /** Why it is not live. */
  message: string | null;
  /** ISO 8601; null before the first frame. */
  lastFrameAt: string | null;
  /** Size of its frames, px; null before the first. */
  width: number | null;
  height: number | null;
  /** The node of the cluster that watches it; null for none, and without a cluster. */
  node: string | null;
}

/** The cameras as clients see them. */
export interface CameraViews {
  readonly cameras: Pick<CameraDetails, 'id' | 'state' | 'message' | 'node'>[];
  /** With the time and the size of the last frame of each. */
  details(now: Moment): CameraDetails[];
}

/**
 * The state of each camera, the number of its next track, and the time in which it was not watched. Kept outside the engine, so
 * that it survives one.
 */
export class CameraRegistry implements CameraViews {
  readonly #entries = new Map<string, Entry>();

  /**
   * Adds a camera; does nothing if it exists.
   *
   * @param firstTrack a number that none of its tracks has had
   */
  add(id: string, firstTrack = 1): void {
    if (this.#entries.has(id)) return;
    const entry: Entry = {
      state: 'connecting',
      message: null,
      nextTrack: firstTrack,
      lastFrameMs: null,
      size: null,
      gap: null,
    };
    this.#entries.set(id, entry);
  }

  /** Removes a camera that is no longer configured. */
  remove(id: string): void {
    this.#entries.delete(id);
  }

  /** Every camera that has been added and not removed. */
  get ids(): string[] {
    return [...this.#entries.keys()];
  }

  /** Every camera as clients see it. */
  get cameras(): Pick<CameraDetails, 'id' | 'state' | 'message' | 'node'>[] {
    return [...this.#entries].map(([id, { state, message }]) => ({ id, state, message, node: null }));
  }

  /** A number that no track of the camera has had; from 1. */
  nextTrack(id: string): number {
    return this.#entries.get(id)?.nextTrack ?? 1;
  }

  /** null for an unknown camera. */
  stateOf(id: string): CameraState | null {
    return this.#entries.get(id)?.state ?? null;
  }

  /** @returns whether this is a change */
  setState(id: string, state: CameraState, message: string | null): boolean {
    const entry = this.#entries.get(id);
    if (!entry || (entry.state === state && entry.message === message)) return false;
    entry.state = state;
    entry.message = message;
    return true;
  }

  /** Every camera with the time and the size of its last frame. */
  details(now: Moment): CameraDetails[] {
    return [...this.#entries].map(([id, { state, message, lastFrameMs, size }]) => ({
      id,
      state,
      message,
      lastFrameAt: lastFrameMs === null ? null : new Date(unixOf(lastFrameMs, now)).toISOString(),
      width: size?.width ?? null,
      height: size?.height ?? null,
      node: null,
    }));
  }

  /** Monotonic time of the last frame; null before the first. */
  lastFrameMs(id: string): number | null {
    return this.#entries.get(id)?.lastFrameMs ?? null;
  }

  /** From now on, tracks have this number or a higher one. */
  raiseTrack(id: string, firstTrack: number): void {
    const entry = this.#entries.get(id);
    if (entry) entry.nextTrack = Math.max(entry.nextTrack, firstTrack);
  }

  /**
   * This node begins to watch a camera that another one has watched, or itself before.
   *
   * @param lastFrameMs monotonic time of the last frame that was watched; null for none
   */
  beginGap(id: string, lastFrameMs: number | null, cause: Gap['cause']): void {
    const entry = this.#entries.get(id);
    if (entry) entry.gap = lastFrameMs === null ? null : { sinceMs: lastFrameMs, cause };
  }

  /** Records the track number of an event, so that it is not assigned again. */
  noteDraft({ camera, track }: EventDraft): void {
    const entry = this.#entries.get(camera);
    if (!entry || track === null) return;
    entry.nextTrack = Math.max(entry.nextTrack, Number(track.slice(camera.length + 1)) + 1);
  }

  /** @param nowMs monotonic */
  noteFrame({ camera, outcome, size }: FrameReport, nowMs: number): void {
    const entry = this.#entries.get(camera);
    if (!entry || outcome !== 'processed') return;
    entry.lastFrameMs = nowMs;
    entry.size = size;
  }

  /** Frames flow again. @returns the event for the gap that this ends; null without a gap */
  endGap(id: string, now: Moment): EventDraft | null {
    const entry = this.#entries.get(id);
    if (!entry?.gap) return null;
    const { gap } = entry;
    entry.gap = null;
    return gapDraft(id, { fromMs: unixOf(gap.sinceMs, now), toMs: now.unixMs, cause: gap.cause });
  }

  /** The engine is gone: a gap begins at every live camera without one. */
  beginGaps(cause: Gap['cause'], { monotonicMs }: Moment): void {
    for (const entry of this.#entries.values()) {
      if (entry.state === 'live') entry.gap ??= { sinceMs: entry.lastFrameMs ?? monotonicMs, cause };
    }
  }
}

/** Converts a monotonic time to Unix time; wrong by as much as the wall clock was set since. */
function unixOf(monotonicMs: number, now: Moment): number {
  return now.unixMs - (now.monotonicMs - monotonicMs);
}
