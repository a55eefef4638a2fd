/** What the daemon sends and takes, as far as the page uses it. Times are ISO 8601 in UTC. */

export type Verdict = 'known' | 'unknown' | 'ambiguous' | 'unusable';

export interface Session {
  signIn: 'none' | 'password' | 'proxy';
  /** Null when a sign-in is required. */
  caller: { name: string | null; role: string | null; scopes: string[]; cameras: string[] | null } | null;
}

export interface CameraSummary {
  id: string;
  state: string;
  /** Why it is not live. */
  message: string | null;
}

export interface Camera extends CameraSummary {
  /** Display name; the id without one. */
  name: string;
  lastFrameAt: string | null;
  width: number | null;
  height: number | null;
  zones: { id: string; points: [number, number][] }[];
}

export interface Check {
  name: string;
  value: number | null;
  limit: number | null;
  passed: boolean;
  text: string;
}

export type EventKind =
  | 'appeared'
  | 'match'
  | 'unknown'
  | 'ambiguous'
  | 'left'
  | 'gap'
  | 'visit_started'
  | 'visit_ended';

export interface SpotterEvent {
  seq: number;
  kind: EventKind;
  camera: string;
  track: string | null;
  person: string | null;
  displayName: string | null;
  withdrawn: string | null;
  candidates: string[] | null;
  reason: string | null;
  odds: number | null;
  similarity: number | null;
  threshold: number | null;
  margin: number | null;
  runnerUp: string | null;
  explain: { checks: Check[]; looks: number; usable: number } | null;
  quality: { sizePx: number; sharpness: number | null } | null;
  zones: string[];
  capturedAt: string;
  publishedAt: string;
  snapshot: string | null;
  /** On `left`: media times, ms, and the final verdict. */
  firstSeenMs?: number;
  lastSeenMs?: number;
  verdict?: Verdict;
  /** On visits. */
  startedAt?: string | null;
  endedAt?: string | null;
  cameras?: string[];
  /** On `gap`. */
  from?: string | null;
  to?: string | null;
  cause?: string | null;
  /** Whether the caller has marked it. */
  reviewed?: boolean;
}

export interface EventPage {
  events: SpotterEvent[];
  /** Address of the next page. */
  next: string | null;
  epoch: string | null;
  firstSeq: number;
  lastSeq: number;
  notices?: string[];
}

export interface Visit {
  person: string;
  displayName: string | null;
  camera: string;
  startedAt: string;
  endedAt: string | null;
  firstSeq: number;
  lastSeq: number;
}

export interface PersonSummary {
  name: string;
  displayName: string | null;
  /** Used photos. */
  photos: number;
  unusable: number;
  setAside: number;
  /** Cameras that see the person now. */
  presentAt: string[];
  lastSeenAt: string | null;
  cover: string | null;
}

export interface PersonSettings {
  displayName: string | null;
  notify: boolean;
  note: string | null;
  threshold: number | null;
  validUntil: string | null;
}

export interface PersonPhoto {
  file: string;
  state: 'used' | 'unusable' | 'setAside';
  fault: string | null;
  message: string | null;
  picture: string;
  findings: string[];
}

export interface Person extends Omit<PersonSummary, 'photos'> {
  settings: PersonSettings;
  photos: PersonPhoto[];
}

/** A photo that was added. */
export interface AddedPhoto {
  file: string;
  state: string;
  message: string | null;
  warnings: string[];
}

export interface GalleryFinding {
  kind: string;
  people: string[];
  photos: string[];
  message: string;
  advice: string;
}

export interface Sink {
  name: string;
  up: boolean;
  lag: number;
  problem: string | null;
  delivered: number;
  deadLetters: number;
  lastDeliveredAt: string | null;
}

export interface Health {
  ready: boolean;
  reason: string | null;
  server: string;
  startedAt: string;
  cameras: {
    id: string;
    state: string;
    message: string | null;
    fps: number | null;
    frameAgeMs: number | null;
    processed: number;
    dropped: number;
    restarts: number;
  }[];
  engine: {
    restarts: number;
    utilization: number | null;
    residentBytes: number | null;
    onnxruntime: string | null;
    placements: unknown;
  };
  models: { detector: unknown; embedder: unknown };
  gallery: { people: number; used: number; unusable: number };
  sinks: Sink[];
  deadLetters: number;
  storage: {
    events: { bytes: number; firstSeq: number; lastSeq: number };
    snapshots: { bytes: number | null };
  };
  liveViewers: number;
}

/** Measured every `everySeconds`; null where nothing was. */
type Series = (number | null)[];

export interface HealthHistory {
  everySeconds: number;
  /** Unix time, ms. */
  at: number[];
  cameras: Record<string, { fps: Series; dropped: Series; latencyP50Ms: Series; latencyP95Ms: Series }>;
  stagesMs: Record<string, Series>;
  restarts: Series;
}

export interface DeadLetter {
  number: number;
  sink: string;
  seq: number;
  reason: string;
  at: string;
}
