import type { TrackBrief } from '../track/trackBrief.js';
import type { EventDraft, SpotterEvent } from './event.js';

/**
 * Who is in view as far as has been told: the state that belongs to the last event. Frame reports run ahead of it and only
 * add where a face is now.
 */
export class TracksInView {
  readonly #told = new Map<string, { camera: string; brief: TrackBrief }>();

  /** Takes over an event that is told. */
  note(event: SpotterEvent): void {
    const { camera, track } = event;
    // Whoever was in view then has left, told or, where events were lost, not.
    if (event.kind === 'gap') this.forget(camera);
    if (track === null) return;
    if (event.kind === 'left') {
      this.#told.delete(track);
      return;
    }
    const brief = briefOf(event, track);
    if (!brief) return;
    const before = this.#told.get(track)?.brief;
    const { verdict, person, box, lastSeenMs } = brief;
    this.#told.set(track, {
      camera,
      brief: before ? { ...before, verdict, person, box, lastSeenMs } : brief,
    });
  }

  /** Nothing is known any more of who is at a camera. */
  forget(camera: string): void {
    for (const [id, entry] of this.#told) if (entry.camera === camera) this.#told.delete(id);
  }

  /** A person's tracks are somebody unknown's from now on. */
  forgetPerson(person: string): void {
    for (const entry of this.#told.values()) entry.brief = withoutName(entry.brief, person);
  }

  /** @param seen tracks as the last frames have them */
  view(seen: readonly TrackBrief[]): (TrackBrief & { camera: string })[] {
    const latest = new Map(seen.map((track) => [track.id, track]));
    return [...this.#told].map(([id, { camera, brief }]) => {
      const { verdict, person } = brief;
      return { camera, ...(latest.get(id) ?? brief), verdict, person };
    });
  }
}

/** A track without a person's name; one of anybody else as it is. */
export function withoutName(brief: TrackBrief, person: string): TrackBrief {
  return brief.person === person ? { ...brief, person: null, verdict: 'unknown' } : brief;
}

/** A track as its first event has it, until a frame report says more. */
export function briefOf(
  draft: Pick<EventDraft, 'kind' | 'box' | 'frame' | 'person' | 'mediaTimeMs'>,
  id: string,
): TrackBrief | null {
  const { kind, box, frame, person, mediaTimeMs } = draft;
  if (!box || !frame || mediaTimeMs === null) return null;
  const verdict =
    kind === 'match' ? ('known' as const) : kind === 'unknown' || kind === 'ambiguous' ? kind : null;
  return { id, box, frame, firstSeenMs: mediaTimeMs, lastSeenMs: mediaTimeMs, frames: 1, verdict, person };
}
