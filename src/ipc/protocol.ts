import type { CameraConfig, Config } from '../config/schema.js';
import type { CameraState } from '../core/cameraState.js';
import type { ErrorData } from '../core/errors.js';
import type { EventDraft } from '../events/event.js';
import type { GalleryChange } from '../gallery/change.js';
import type { PersonSettings } from '../gallery/person.js';
import type { FrameBox } from '../pipeline/frameBoxes.js';
import type { FrameReport } from '../pipeline/frameReport.js';
import type { FramePicture } from '../snapshots/jpeg.js';
import type { Pictures } from '../snapshots/pictures.js';
import type { EngineRequest, RequestOutcome, SharedResult } from './requests.js';

/** Both ends come from one package; the version catches an engine left over from another one. */
export const IPC_VERSION = 8;

/** A camera to run. */
export interface Assignment {
  camera: CameraConfig;
  /** Number of its next track, not used by any earlier engine. */
  firstTrack: number;
}

/** How the pictures of a camera that somebody watches are made. */
export interface LiveTile {
  camera: string;
  /** Wider frames are scaled down to this width, px. */
  width: number;
  /** Most pictures per second, above 0. */
  fps: number;
  /** JPEG quality, 1..100. */
  quality: number;
}

/** One picture of a camera, once. */
export interface PictureOrder extends Omit<LiveTile, 'fps'> {
  /** Comes back with the picture. */
  request: number;
}

/** A frame for people to look at, with the faces in it. */
export interface LivePicture extends FramePicture {
  camera: string;
  /** Unix time at which the complete frame was in memory. */
  capturedAtMs: number;
  boxes: FrameBox[];
}

/** Messages from the supervisor to the engine. */
export type ToEngine =
  | {
      kind: 'start';
      /** {@link IPC_VERSION} of the supervisor. */
      version: number;
      config: Config;
      /** Value of --models. */
      modelFolder?: string | undefined;
      /** Values that must never be logged. */
      secrets: readonly string[];
      /** Settings of people as the previous engine read them; null for the first engine, which fails without a gallery. */
      known: Record<string, PersonSettings> | null;
    }
  /** The cameras to run from now on; unchanged ones are not disturbed. */
  | { kind: 'cameras'; assignments: Assignment[] }
  /** Marks of pictures that must not be processed, and whether pictures are processed one at a time. */
  | { kind: 'restrictions'; poison: string[]; isolated: boolean }
  /** A person's photos are gone: match nobody with them from now on. Answered by `forgotten`. */
  | { kind: 'forget'; person: string }
  /** Results that other nodes have worked out for photos that are about to come into the gallery. */
  | { kind: 'results'; results: SharedResult[] }
  /** Answered by `answer` with the same id, unless the engine dies. */
  | { kind: 'request'; id: number; request: EngineRequest }
  /** The pictures that somebody watches from now on, in place of the list before; each is answered by many `picture`. */
  | { kind: 'watch'; tiles: LiveTile[] }
  /** Answered by one `picture`, when there is a frame. */
  | ({ kind: 'order' } & PictureOrder)
  | { kind: 'stop' };

/** State of the gallery. */
export interface GalleryReport {
  /** Number of people. */
  people: number;
  /** Names of the people, sorted. */
  names: readonly string[];
  /** Number of photos in use. */
  used: number;
  /** Photos that cannot be used, each with the reason. */
  unusable: { name: string; fault: string; message: string }[];
  /** Settings from person.yaml, by name; only people with settings. */
  settings: Record<string, PersonSettings>;
  /** One sentence per invalid person.yaml, which is ignored. */
  faults: string[];
  /** People who are no longer matched, because their last day has passed. */
  expired: string[];
  /** Why the folder cannot be read at the moment (the people stay as they were); null while it can. */
  away: string | null;
  /** Duration of the last reading that changed something. */
  seconds: number;
}

/** What runs a network. */
export interface PlacementReport {
  network: 'detector' | 'embedder';
  /** Execution provider, such as cpu or cuda. */
  provider: string;
  /** Number of the device; null where the provider has no numbers. */
  device: number | null;
  /** Pictures that it takes at once, at most. */
  batch: number;
}

/** A placement as people read it, such as `cuda 0, 8 at once`. */
export function placementText({ provider, device, batch }: Omit<PlacementReport, 'network'>): string {
  return `${provider}${device === null ? '' : ` ${device}`}${batch > 1 ? `, ${batch} at once` : ''}`;
}

/** Use of the machine by the engine. */
export interface EngineLoad {
  /** Recent share of time that the workers are busy, 0..1. */
  utilization: number;
  residentBytes: number;
  /** CPU time since the start of the engine. */
  cpuSeconds: number;
}

/**
 * Messages from the engine to the supervisor. Never raw frames; JPEGs only where snapshots are enabled or somebody watches;
 * embeddings, of photos of the gallery, only in a cluster, where they go to other nodes encrypted.
 */
export type FromEngine =
  | {
      kind: 'ready';
      onnxruntime: string;
      placements: PlacementReport[];
      gallery: GalleryReport;
      /** See {@link SharedResult.key}. */
      resultKey: string;
    }
  /** Photos that the networks have looked at; only in a cluster. */
  | { kind: 'embedded'; results: SharedResult[] }
  /** The gallery has changed while running, or (`change` null) has become unreadable or readable again. */
  | { kind: 'gallery'; gallery: GalleryReport; change: GalleryChange | null }
  /** How many photos of the person were in the cache and are erased; null when the cache could not be written. */
  | { kind: 'forgotten'; person: string; cached: number | null }
  | { kind: 'answer'; id: number; outcome: RequestOutcome }
  /** The engine could not start. */
  | { kind: 'failed'; error: ErrorData }
  /**
   * An event. `sinceMs` is the monotonic time at which its frame arrived; null for an event without a frame. `pictures` is
   * null when the event should have some and they could not be made.
   */
  | { kind: 'event'; draft: EventDraft; sinceMs: number | null; pictures?: Pictures | null }
  /** The face of a track, after an event of it or because there is a better look. */
  | ({ kind: 'face'; track: string } & Pick<Pictures, 'face' | 'quality'>)
  | { kind: 'report'; report: FrameReport }
  /** `request` is that of the order; null for a picture that somebody watches. */
  | { kind: 'picture'; request: number | null; picture: LivePicture }
  | { kind: 'camera'; id: string; state: CameraState; message: string | null }
  | { kind: 'restart'; id: string; reason: string }
  /** The networks start to work on a frame, or have finished with it. `mark` identifies the pixels. */
  | { kind: 'work'; camera: string; mark: string; begins: boolean }
  /** A process that must not outlive the engine has started, or ended. */
  | { kind: 'process'; pid: number; running: boolean }
  /**
   * Heartbeat. `oldestTaskMs` is how long the oldest running task has been with its thread; `decoded`, by camera, the number
   * of complete live frames since the previous heartbeat.
   */
  | ({ kind: 'beat'; oldestTaskMs: number; decoded: Record<string, number> } & EngineLoad)
  | { kind: 'log'; level: 'info' | 'warn'; camera: string | null; message: string };

/** Interval between heartbeats of the engine, ms. */
export const BEAT_MS = 500;
