import type { RoundBox, Size } from '../core/geometry.js';
import type { Quality, UnusableReason } from '../face/quality.js';
import type { Explanation } from '../track/explain.js';
import type { VerdictKind } from '../track/verdict.js';

/** Every kind of event, those of tracks first. */
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

/** One of {@link EVENT_KINDS}. */
export type EventKind = (typeof EVENT_KINDS)[number];

/**
 * An event before the feed gives it a number. One flat shape, so that readers need no case distinction; the constructors
 * below fill in what a kind does not have.
 */
export interface EventDraft {
  kind: EventKind;
  camera: string;
  /** The node of the cluster that watched; null without a cluster. */
  node: string | null;
  /** Fencing token of the lease with which it did: a later holder has a higher one. null without a cluster. */
  lease: number | null;
  /** null on `gap` and on visits, as are box and frame: they do not belong to one face. */
  track: string | null;
  /** Set on `match`, on the `left` of a track that matched, and on visits. */
  person: string | null;
  /** The display name in person.yaml; null where person.yaml has none, or nobody is named. */
  displayName: string | null;
  /** The name that earlier events gave this track and that no longer holds; null where there was none. */
  withdrawn: string | null;
  /** Worth a notification, by its kind, its person and the cooldown. */
  notify: boolean;
  /** Why the verdict is what it is, one sentence; null where there is none. On the `left` of a face that could not be judged, its {@link TrackEnd} reason. */
  reason: string | null;
  /** Odds that the name is wrong, 0..1; null without a name, or where a fixed threshold decides. */
  odds: number | null;
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
  /** Names of the camera's zones that contain the face. */
  zones: string[];
  mediaTimeMs: number | null;
  /** Unix time. */
  capturedAtMs: number;
  /** On `left` only: the whole track, in media time. */
  ended: TrackEnd | null;
  /** On `gap` only. */
  gap: Gap | null;
  /** On visits only. */
  visit: Visit | null;
  /** ULID under which the event's snapshots are stored, and which becomes its id; null without snapshots. */
  snapshotKey: string | null;
  /** ULID that the event has to have, so that two nodes that publish the same event publish one; null: the log gives it one. */
  givenId: string | null;
  /** For readers of the cluster's feed; null without a cluster. */
  fence: Fence | null;
}

/** With which lease an event was made, so that readers can drop one that was made when somebody else had the lease already. */
export interface Fence {
  /** Fencing token: a later holder has a higher one. */
  lease: number;
  /** When that lease was taken, Unix ms by the clock of the cluster. */
  beganMs: number;
  /** When the frame was captured, Unix ms by the clock of the cluster. */
  capturedMs: number;
}

/** An event with the lease under which it was watched. */
export interface FencedEvent {
  event: SpotterEvent;
  /** null for an event without a lease. */
  fence: Fence | null;
}

/** The tracks of one person that belong together. Times are ISO 8601, UTC, ms. */
export interface Visit {
  /** Unique within the event log. */
  visit: string;
  /** Cameras in the order in which they first saw the person. */
  cameras: string[];
  startedAt: string;
  /** null on `visit_started`. */
  endedAt: string | null;
}

/**
 * A time in which a camera was not watched although it may have delivered, or whose events could not be kept
 * (`log_unwritable`) or were lost with their log (`log_lost`).
 */
export interface Gap {
  /** ISO 8601, UTC, ms: the last frame before and the first one after. */
  from: string;
  to: string;
  cause:
    | 'engine_died'
    | 'engine_hung'
    | 'settings_changed'
    | 'log_unwritable'
    | 'log_lost'
    | 'node_lost'
    | 'moved';
}

/** A track from its first to its last frame; times are media time in ms. */
export interface TrackEnd {
  firstSeenMs: number;
  lastSeenMs: number;
  /** Frames in which the face was found. */
  frames: number;
  verdict: VerdictKind;
  /** Why no look was usable, when the verdict is `unusable`. */
  reason: UnusableReason | null;
}

const EMPTY: Omit<EventDraft, 'kind' | 'camera' | 'capturedAtMs'> = {
  node: null,
  lease: null,
  track: null,
  person: null,
  displayName: null,
  withdrawn: null,
  notify: false,
  reason: null,
  odds: null,
  explain: null,
  similarity: null,
  threshold: null,
  margin: null,
  runnerUp: null,
  candidates: null,
  box: null,
  frame: null,
  quality: null,
  zones: [],
  mediaTimeMs: null,
  ended: null,
  gap: null,
  visit: null,
  snapshotKey: null,
  givenId: null,
  fence: null,
};

function draft(
  kind: EventKind,
  { camera, ...fields }: Pick<EventDraft, 'camera' | 'capturedAtMs'> & Partial<EventDraft>,
): EventDraft {
  return { kind, camera, ...EMPTY, ...fields };
}

/** What is known of a track when an event reports it; what is left out is null, or empty for `zones`. */
export interface TrackFields
  extends Pick<EventDraft, 'camera' | 'box' | 'frame' | 'mediaTimeMs' | 'capturedAtMs'>,
    Partial<
      Pick<
        EventDraft,
        | 'person'
        | 'withdrawn'
        | 'reason'
        | 'odds'
        | 'explain'
        | 'similarity'
        | 'threshold'
        | 'margin'
        | 'runnerUp'
        | 'candidates'
        | 'quality'
        | 'zones'
      >
    > {
  track: string;
}

/** A face has appeared, or its verdict is new. */
export function trackDraft(
  kind: 'appeared' | 'match' | 'unknown' | 'ambiguous',
  fields: TrackFields,
): EventDraft {
  return draft(kind, fields);
}

/** A track has ended. */
export function leftDraft(fields: TrackFields, ended: TrackEnd): EventDraft {
  return draft('left', { ...fields, ended });
}

/**
 * A time without events of a camera.
 *
 * @param fromMs Unix time, as is `toMs`
 */
export function gapDraft(
  camera: string,
  { fromMs, toMs, cause }: { fromMs: number; toMs: number; cause: Gap['cause'] },
): EventDraft {
  const gap = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), cause };
  return draft('gap', { camera, capturedAtMs: toMs, gap });
}

/** A visit has begun or ended. */
export function visitDraft(
  kind: 'visit_started' | 'visit_ended',
  fields: Pick<EventDraft, 'person' | 'camera' | 'visit' | 'mediaTimeMs' | 'capturedAtMs'>,
): EventDraft {
  return draft(kind, fields);
}

/** An event as every sink sees it; see docs/events.md. */
export interface SpotterEvent
  extends Omit<EventDraft, 'capturedAtMs' | 'ended' | 'gap' | 'visit' | 'snapshotKey' | 'givenId' | 'fence'>,
    Partial<Omit<TrackEnd, 'reason'>>,
    Partial<Gap>,
    Partial<Visit> {
  /** From 1; each one more than that of the event before, in a cluster at least one more. */
  seq: number;
  /** ULID. */
  id: string;
  /** ISO 8601, UTC, ms. */
  capturedAt: string;
  publishedAt: string;
  /** Where the snapshot of the best look is served; null without one. */
  snapshot: string | null;
}

/** What the ledger adds to a draft. */
export interface Numbering {
  seq: number;
  /** ULID; an event with snapshots has their key as its id instead, and one with a given id that. */
  id: string;
  /** Unix time. */
  publishedMs: number;
}

/** The event that subscribers see, its explanation included. */
export function toEvent(draft: EventDraft, { seq, id, publishedMs }: Numbering): SpotterEvent {
  const { capturedAtMs, ended, gap, visit, snapshotKey, givenId, fence: _, ...fields } = draft;
  return {
    seq,
    id: snapshotKey ?? givenId ?? id,
    ...fields,
    ...ended,
    ...gap,
    ...visit,
    reason: ended?.reason ?? fields.reason,
    capturedAt: new Date(capturedAtMs).toISOString(),
    publishedAt: new Date(publishedMs).toISOString(),
    snapshot: snapshotKey === null ? null : snapshotAt(seq),
  };
}

/** The same event under another number. */
export function renumbered(event: SpotterEvent, seq: number): SpotterEvent {
  return { ...event, seq, snapshot: event.snapshot === null ? null : snapshotAt(seq) };
}

function snapshotAt(seq: number): string {
  return `/api/v1/events/${seq}/snapshot.jpg`;
}
