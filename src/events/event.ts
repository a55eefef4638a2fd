import type { RoundBox, Size } from '../core/geometry.js';
import type { Quality, UnusableReason } from '../face/quality.js';
import type { Explanation } from '../track/explain.js';
import type { VerdictKind } from '../track/verdict.js';

export const EVENT_KINDS = [
  'appeared',
  'match',
  'unknown',
  'ambiguous',
  'left',
  'visit_started',
  'visit_ended',
  'gap',
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];

/** What the tracker has to tell, before the feed gives it a number. One flat shape, so that readers need no cases. */
export interface EventDraft {
  kind: EventKind;
  camera: string;
  /** null on `gap` and on visits, as are box and frame: theirs is no single face's story. */
  track: string | null;
  /** Set on `match`, on the `left` of a track that matched, and on visits. */
  person: string | null;
  /** How the person is called in person.yaml; null where it does not say, or nobody is named. */
  displayName: string | null;
  /** The name that was told of this track before and holds no longer; null where none was. */
  withdrawn: string | null;
  /** Worth a notification: its kind, its person and the cooldown say so. */
  notify: boolean;
  /** Every number and check behind the verdict; null where there is no verdict. */
  explain: Explanation | null;
  /** Cosine to the nearest person, whoever it is. */
  similarity: number | null;
  threshold: number | null;
  margin: number | null;
  runnerUp: string | null;
  /** On `ambiguous`: the people it could be, nearest first. */
  candidates: string[] | null;
  box: RoundBox | null;
  frame: Size | null;
  quality: Quality | null;
  /** Names of the camera's zones that hold the face. */
  zones: string[];
  mediaTimeMs: number | null;
  capturedAtMs: number;
  /** On `left` only: the track's whole story, in media time. */
  ended: TrackEnd | null;
  /** On `gap` only. */
  gap: Gap | null;
  /** On visits only. */
  visit: Visit | null;
  /** ULID under which the pictures of the event are stored, which becomes its id; null without pictures. */
  snapshotKey: string | null;
}

/** The tracks of one person that belong together. Times are ISO 8601, UTC, ms. */
export interface Visit {
  /** Unique for as long as the log lives. */
  visit: string;
  /** Cameras in the order in which they first saw the person. */
  cameras: string[];
  startedAt: string;
  /** null on `visit_started`. */
  endedAt: string | null;
}

/**
 * A time in which a camera was not watched although it may have delivered, or (`log_unwritable`) of which events could not
 * be kept.
 */
export interface Gap {
  /** ISO 8601, UTC, ms: the last frame before and the first one after. */
  from: string;
  to: string;
  cause: 'engine_died' | 'engine_hung' | 'settings_changed' | 'log_unwritable';
}

export interface TrackEnd {
  firstSeenMs: number;
  lastSeenMs: number;
  /** Frames in which the face was found. */
  frames: number;
  verdict: VerdictKind;
  /** Why no look was usable, when the verdict is `unusable`. */
  reason: UnusableReason | null;
}

/** An event as every sink sees it; see docs/events.md. */
export interface SpotterEvent
  extends Omit<EventDraft, 'capturedAtMs' | 'ended' | 'gap' | 'visit' | 'snapshotKey'>,
    Partial<TrackEnd>,
    Partial<Gap>,
    Partial<Visit> {
  seq: number;
  /** ULID. */
  id: string;
  /** ISO 8601, UTC, ms. */
  capturedAt: string;
  publishedAt: string;
  /** Where the picture of the best look is served; null when there is none. */
  snapshot: string | null;
}

/** What the ledger adds to a draft. */
export interface Numbering {
  seq: number;
  /** ULID; the key of its pictures, where there are some, counts instead. */
  id: string;
  /** Unix time. */
  publishedMs: number;
}

/** A draft as everybody sees it from now on, its explanation included. */
export function toEvent(draft: EventDraft, { seq, id, publishedMs }: Numbering): SpotterEvent {
  const { capturedAtMs, ended, gap, visit, snapshotKey, ...told } = draft;
  return {
    seq,
    id: snapshotKey ?? id,
    ...told,
    ...ended,
    ...gap,
    ...visit,
    capturedAt: new Date(capturedAtMs).toISOString(),
    publishedAt: new Date(publishedMs).toISOString(),
    snapshot: snapshotKey === null ? null : `/api/v1/events/${seq}/snapshot.jpg`,
  };
}
