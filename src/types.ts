/** Width and height in px. */
export interface Size {
  width: number;
  height: number;
}

/** Axis-aligned box in source px, origin top left, x2 and y2 exclusive. */
export interface Box {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** A position in source px, origin top left. */
export type Point = readonly [x: number, y: number];

/** Eye, eye, nose tip, mouth corner, mouth corner; of each pair the one further left in the image comes first. */
export type Landmarks = readonly [Point, Point, Point, Point, Point];

/** One face as a detector sees it: source px, score 0..1. */
export interface Detection {
  box: Box;
  landmarks: Landmarks;
  score: number;
}

/** How the three colour channels lie in memory. */
export type PixelFormat = 'rgb24' | 'yuv420p';

/** Which numbers turn Y'CbCr into R'G'B' (ITU-R BT.601, BT.709, BT.2020). Meaningless for rgb24. */
export interface ColourSpace {
  matrix: 'bt601' | 'bt709' | 'bt2020';
  /** true: 0..255 for black..white; false: 16..235. */
  fullRange: boolean;
}

/**
 * A picture in memory, square pixels, rows from the top, no padding between rows.
 * rgb24: 3 bytes a pixel. yuv420p: a full plane of Y, then Cb and Cr at half size (odd sizes rounded up).
 */
export interface Image extends Size {
  format: PixelFormat;
  colour: ColourSpace;
  /** Backed by a SharedArrayBuffer, so that workers read it without a copy. */
  pixels: Uint8Array;
}

/** One decoded picture of a camera. Whoever takes a frame from a source releases it once. */
export interface Frame {
  cameraId: string;
  /** Counts from 0 within one source. */
  seq: number;
  /** Unix time at which the frame was whole in our memory. */
  capturedAtMs: number;
  /** The same moment on the monotonic clock of clock.ts: how long something takes is measured from here. */
  arrivedAtMs: number;
  /** The source's own clock, from 0 at its beginning. */
  mediaTimeMs: number;
  image: Image;
  /** Gives the memory back to the source. The pixels may change at once. */
  release(): void;
}

/** What speaks for or against using a face, each in its own unit. */
export interface Quality {
  /** Shorter side of the box in source px. */
  sizePx: number;
  /** The detector's confidence, 0..1. */
  score: number;
  /** Turn to the side, up or down, and tilt, in degrees; estimated from five landmarks, good to about 10 degrees. */
  yawDeg: number;
  pitchDeg: number;
  rollDeg: number;
  /** Eye distance over eye-to-mouth distance, over the box's height over its width: a face has 0.3 to 1. */
  flatness: number;
  /** Nose between eyes and mouth, mouth corners on their eyes' sides. */
  landmarksInOrder: boolean;
  /** Contrast of fine detail relative to the whole, see face/quality; null until the face is looked at. */
  sharpness: number | null;
}

/** Why a face is not judged. */
export type UnusableReason = 'too_small' | 'low_score' | 'bad_landmarks' | 'turned' | 'blurred';

/** The nearest person in the gallery and how clear a case it is. */
export interface Match {
  person: string;
  /** The person's own threshold, from person.yaml; null: as the camera's policy says. */
  threshold: number | null;
  /** Cosine of the best photo of that person, -1..1. */
  similarity: number;
  /** similarity minus the best cosine of anybody else; null when the gallery has nobody else. */
  margin: number | null;
  runnerUp: string | null;
}

/** Exhaustive: every face gets exactly one. `match` is the nearest person, null when the gallery is empty. */
export type Verdict =
  | { kind: 'known'; match: Match }
  | { kind: 'ambiguous'; match: Match }
  | { kind: 'unknown'; match: Match | null }
  | { kind: 'unusable'; reason: UnusableReason };

export type VerdictKind = Verdict['kind'];

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

/** A look at a face as JPEGs. */
export interface Pictures {
  /** The whole frame, scaled down, with the face's box. */
  frame: Uint8Array;
  /** The face with some of what is around it. */
  face: Uint8Array;
}

/** One test that a verdict rests on, such as `similarity 0.31 < 0.35`. */
export interface Check {
  /** What was measured, such as `similarity` or `eye distance`. */
  name: string;
  value: number | null;
  limit: number | null;
  passed: boolean;
  /** The same in words, with its unit. */
  text: string;
}

/** Why a verdict is what it is. */
export interface Explanation {
  checks: Check[];
  /** Looks taken, and those of them that could be judged. */
  looks: number;
  usable: number;
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

/** x1, y1, x2, y2 in source px, to a tenth. */
export type RoundBox = [x1: number, y1: number, x2: number, y2: number];

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

/** How a camera is doing. `stopped` is for good: a recording has ended, or the daemon ends. All others are tried again. */
export const CAMERA_STATES = [
  'connecting',
  'live',
  'stalled',
  'auth_failed',
  'unreachable',
  'no_video',
  'quarantined',
  'stopped',
] as const;
export type CameraState = (typeof CAMERA_STATES)[number];

/** A track as it stands after a frame, for whoever joins later. */
export interface TrackBrief {
  id: string;
  box: RoundBox;
  frame: Size;
  /** Media time in ms. */
  firstSeenMs: number;
  lastSeenMs: number;
  frames: number;
  /** null while the name is open. */
  verdict: VerdictKind | null;
  person: string | null;
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

/** What the user says of a person in gallery/<person>/person.yaml. */
export interface PersonSettings {
  displayName: string | null;
  /** Cosine from which a face is this person, -1..1; null: as the camera or the configuration says. */
  threshold: number | null;
  /** false: events of this person never say "notify". */
  notify: boolean;
  note: string | null;
  /** ISO 8601 date; from the day after it on nobody is matched with this person. */
  validUntil: string | null;
}

/** What is different in a gallery since it was last told of. Files are named relative to the gallery. */
export interface GalleryChange {
  /** People who can be matched, or no longer. */
  people: { added: string[]; removed: string[] };
  photos: { added: string[]; replaced: string[]; removed: string[] };
  /** Those of the photos above that are not used, and why. */
  unusable: { name: string; fault: string; message: string }[];
  /** People of whom something else is said than before. */
  settings: string[];
  /** Sentences about files of settings that do not count. */
  faults: string[];
  /** People whose last day is over. */
  expired: string[];
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

/** The stages of a frame's way; the metric's label values. */
export const STAGES = ['queue', 'detect', 'track', 'align', 'embed', 'match', 'total'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * Why a live frame was not looked at: a newer one was there when its turn came, it was older than a second when it
 * came, it has ended the engine before, or its source ended while it waited.
 */
export const DROP_REASONS = ['newer', 'stale', 'poison', 'ended'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** One a frame, for whoever measures. */
export interface FrameReport {
  camera: string;
  mediaTimeMs: number | null;
  outcome: 'processed' | 'dropped' | 'failed';
  /** Set on `dropped` only. */
  dropped: DropReason | null;
  /** true when nothing had moved, so that no faces were searched. */
  unchanged: boolean;
  /** Milliseconds of each stage that the frame went through. */
  stageMs: Partial<Record<Stage, number>>;
  /** One a face found in the frame. */
  verdicts: Verdict[];
  /** Tracks alive after the frame that have been told of. */
  tracks: TrackBrief[];
  /** Faces whose embedding was computed for this frame. */
  embedded: number;
}

/** A report as the process that made it has it; the anatomy is for the benches and stays there. */
export interface MeasuredReport extends FrameReport {
  /** null for a frame in which no faces were searched. */
  anatomy: Anatomy | null;
}

/** Finer than the stages: where a frame's work in the workers went, for the measurements. */
export interface Anatomy {
  fitMs: number;
  detectModelMs: number;
  decodeMs: number;
  alignMs: number;
  embedModelMs: number;
  matchMs: number;
}
