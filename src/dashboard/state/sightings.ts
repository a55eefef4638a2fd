import type { SpotterEvent, Verdict } from '../api/model.js';
import { verdictOf } from './feedState.js';

/** One face, from its appearance until it left. */
export interface Sighting {
  type: 'sighting';
  track: string;
  camera: string;
  /** ISO 8601. */
  startedAt: string;
  endedAt: string | null;
  /** From the first to the last look, ms; null until it left. */
  lengthMs: number | null;
  /** Null while the name is open. */
  verdict: Verdict | null;
  /** The newest event that says who it is; the first one while none does. */
  event: SpotterEvent;
  /** `seq` of its first event here: newer sightings come first. */
  firstSeq: number;
}

/** An event that is of no face: a visit, or a time without watching. */
export interface FeedNote {
  type: 'note';
  event: SpotterEvent;
  firstSeq: number;
}

export type FeedItem = Sighting | FeedNote;

/** Joins the events of each track. @param events newest first @returns newest first */
export function sightingsOf(events: readonly SpotterEvent[]): FeedItem[] {
  const items: FeedItem[] = [];
  const byTrack = new Map<string, Sighting>();
  for (const event of [...events].reverse()) {
    const { track, kind, seq } = event;
    if (track === null) {
      items.push({ type: 'note', event, firstSeq: seq });
      continue;
    }
    let sighting = byTrack.get(track);
    // A correction by hand of a face that is older than the events here: nobody was seen now.
    if (!sighting && kind === 'left' && event.withdrawn !== null) continue;
    if (!sighting) {
      sighting = {
        type: 'sighting',
        track,
        camera: event.camera,
        startedAt: event.capturedAt,
        endedAt: null,
        lengthMs: null,
        verdict: null,
        event,
        firstSeq: seq,
      };
      byTrack.set(track, sighting);
      items.push(sighting);
    }
    if (kind === 'left') end(sighting, event);
    else if (kind !== 'appeared') Object.assign(sighting, { event, verdict: verdictOf(kind) });
  }
  return items.reverse();
}

function end(sighting: Sighting, event: SpotterEvent): void {
  sighting.endedAt = event.capturedAt;
  sighting.lengthMs = (event.lastSeenMs ?? 0) - (event.firstSeenMs ?? 0);
  // Its verdict event may be older than what is here, or a correction after its end has withdrawn the name.
  if (sighting.verdict === null || event.withdrawn !== null)
    Object.assign(sighting, { event, verdict: event.verdict ?? null });
}
