import type { CameraConfig, Config } from '../config/schema.js';
import type { CameraState } from '../core/cameraState.js';
import type { ErrorData } from '../core/errors.js';
import type { EventDraft } from '../events/event.js';
import type { GalleryChange } from '../gallery/change.js';
import type { PersonSettings } from '../gallery/person.js';
import type { FrameReport } from '../pipeline/frameReport.js';
import type { Pictures } from '../snapshots/pictures.js';

/** Both ends come from one package; the version catches an engine left over from another one. */
export const IPC_VERSION = 3;

/** A camera and the number of its next track, which no engine before has used. */
export interface Assignment {
  camera: CameraConfig;
  firstTrack: number;
}

/** What the supervisor tells the engine. */
export type ToEngine =
  | {
      kind: 'start';
      version: number;
      config: Config;
      modelFolder?: string | undefined;
      secrets: readonly string[];
      /** What an engine before this one knew of people's settings; null for the first, which must find the gallery. */
      known: Record<string, PersonSettings> | null;
    }
  /** The cameras to watch from now on; those that stay as they are are not disturbed. */
  | { kind: 'cameras'; assignments: Assignment[] }
  /** Marks of pictures that must not be looked at, and whether only one picture at a time may be. */
  | { kind: 'caution'; poison: string[]; isolated: boolean }
  /** A person's photos are gone: nobody is to be matched with them from now on. Answered by `forgotten`. */
  | { kind: 'forget'; person: string }
  | { kind: 'stop' };

/** What a gallery has come to. */
export interface GalleryReport {
  people: number;
  /** Of the people, sorted. */
  names: readonly string[];
  /** Photos that are compared with. */
  used: number;
  unusable: { name: string; fault: string; message: string }[];
  /** By name, what is said of each person in person.yaml; nobody of whom nothing is said. */
  settings: Record<string, PersonSettings>;
  /** Sentences about files of settings that do not count. */
  faults: string[];
  /** People with whom nobody is matched any more, because their last day is over. */
  expired: string[];
  /** Why the folder cannot be read now; the people known before stay. null while it can be. */
  away: string | null;
  /** Time that the last reading which changed something took. */
  seconds: number;
}

/** What the engine takes of the machine. */
export interface EngineLoad {
  /** Part of their time that the workers work lately, 0..1. */
  utilization: number;
  residentBytes: number;
  /** CPU time since the engine began. */
  cpuSeconds: number;
}

/** What the engine tells the supervisor. Never raw frames or embeddings; JPEGs only where snapshots are wanted. */
export type FromEngine =
  | { kind: 'ready'; onnxruntime: string; gallery: GalleryReport }
  /** The gallery has changed while running, or (without a change) has gone away or come back. */
  | { kind: 'gallery'; gallery: GalleryReport; change: GalleryChange | null }
  /** Of how many photos the cache knew something, and no longer does; null when it could not be written. */
  | { kind: 'forgotten'; person: string; cached: number | null }
  | { kind: 'failed'; error: ErrorData }
  /**
   * With the monotonic time at which its frame came, where a frame gave it. `pictures` is null when the event should have
   * some and they were not to be had.
   */
  | { kind: 'event'; draft: EventDraft; sinceMs: number | null; pictures?: Pictures | null }
  | { kind: 'report'; report: FrameReport }
  | { kind: 'camera'; id: string; state: CameraState; message: string | null }
  | { kind: 'restart'; id: string; reason: string }
  /** The networks begin with a picture, or are done with it. */
  | { kind: 'work'; camera: string; mark: string; begins: boolean }
  /** A process that must not outlive the engine, and its end. */
  | { kind: 'process'; pid: number; running: boolean }
  /**
   * Alive; `oldestTaskMs` is how long the oldest task has been with its thread, `decoded` how many live frames have come
   * whole since the beat before, by camera.
   */
  | ({ kind: 'beat'; oldestTaskMs: number; decoded: Record<string, number> } & EngineLoad)
  | { kind: 'log'; level: 'info' | 'warn'; camera: string | null; message: string };

/** How often the engine says that it is alive, ms. */
export const BEAT_MS = 500;
