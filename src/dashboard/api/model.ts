import type { components } from './schema.gen.js';

/** What the daemon sends and takes, from the document of the API. Times are ISO 8601 in UTC. */

type Schemas = components['schemas'];

export type Verdict = Schemas['Face']['verdict'];
export type Session = Schemas['Session'];
export type Scope = NonNullable<Session['caller']>['scopes'][number];
export type Camera = Omit<Schemas['Camera'], 'zones' | 'tracks'>;
export type CameraSummary = Pick<Camera, 'id' | 'message' | 'node'> & { state: string };
export type EventKind = Schemas['Event']['kind'];
export type Visit = Schemas['Visit'];
export type PersonSummary = Schemas['PersonBrief'];
export type Person = Schemas['Person'];
export type PersonSettings = Schemas['PersonSettings'];
export type PersonPhoto = Schemas['Photo'];
export type Cluster = Schemas['Cluster'];
export type HealthHistory = Schemas['HealthHistory'];
export type Health = Omit<Schemas['Health'], 'sinks'> & { sinks: Sink[] };

/** Where events are sent to; see docs/sinks.md. */
export interface Sink {
  name: string;
  up: boolean;
  /** Events that are still to be delivered. */
  lag: number;
  problem: string | null;
  delivered: number;
}

export interface Check {
  name: string;
  value: number | null;
  limit: number | null;
  passed: boolean;
  text: string;
}

/** An event of any kind, as far as the page uses it: the document has a type of its own for each kind. */
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

/** Events, and where the log begins and ends. */
export type EventPage = Omit<Schemas['EventsPage'], 'events'> & { events: SpotterEvent[] };
