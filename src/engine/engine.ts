import { availableParallelism } from 'node:os';
import { isReviewed } from '../config/review.js';
import type { CameraConfig, Config } from '../config/schema.js';
import type { Component } from '../core/lifecycle.js';
import type { EnrolLimits } from '../gallery/enrol.js';
import { Gallery, type GalleryOptions } from '../gallery/gallery.js';
import { GalleryWatch, type GalleryWatchOptions } from '../gallery/galleryWatch.js';
import { isMasked, zonesAt } from '../image/polygon.js';
import type { GalleryReport, PlacementReport } from '../ipc/protocol.js';
import type { Prepared } from '../models/prepare.js';
import { Camera } from '../pipeline/camera.js';
import type { CameraOptions } from '../pipeline/cameraOptions.js';
import { FrameScheduler } from '../pipeline/frameScheduler.js';
import { type FaceEngineGuard, guardedFaceEngine } from '../pipeline/guardedFaceEngine.js';
import { MotionGate } from '../pipeline/motionGate.js';
import { Album, type AlbumCallbacks, type Budget, LOOKS_BYTES } from '../snapshots/album.js';
import { encodePictures } from '../snapshots/jpeg.js';
import type { TrackPolicy } from '../track/state.js';
import { FileSource, type FileSourceOptions } from '../video/fileSource.js';
import type { LiveListener } from '../video/live.js';
import { LiveSource } from '../video/liveSource.js';
import type { FrameMemory } from '../video/slots.js';
import { WorkerPool } from '../worker/pool.js';
import { type Devices, ON_CPU } from '../worker/protocol.js';
import { liveOptions } from './liveOptions.js';
import { tryModels } from './modelTrial.js';
import { type NetworkStartOptions, placementReports, startNetworks } from './networkStart.js';
import { photoLimitsOf } from './photoLimits.js';
import type { Recogniser } from './pictureRecognition.js';

/** Callbacks of the gallery, and the settings of people from the previous engine. */
export interface EngineOptions {
  /** See {@link GalleryOptions.onProgress}. */
  onGalleryProgress?: GalleryOptions['onProgress'];
  /** See {@link GalleryOptions.onWarning}. */
  onWarning?: GalleryOptions['onWarning'];
  /** See {@link GalleryOptions.onResult}. */
  onResult?: GalleryOptions['onResult'];
  /** See {@link GalleryOptions.known}. */
  known?: GalleryOptions['known'];
  /** See {@link GalleryOptions.whenAway}. */
  whenAway?: GalleryOptions['whenAway'];
  /** Whether it watches cameras; see {@link PoolOptions.sharesRuns}. Default: no. */
  isLive?: boolean;
  /** See {@link NetworkStartOptions.onProcess}. */
  onProcess?: NetworkStartOptions['onProcess'];
}

/** Which parts of a camera's picture are searched for faces, and when. */
export type View = Pick<CameraConfig, 'zones' | 'masks' | 'motion'>;

const WHOLE_PICTURE: View = { zones: [], masks: [], motion: { enabled: false, sensitivity: 0 } };
/**
 * How long no network may finish loading: at least a minute, since a model of 260 MB takes 13 s from a memory card and four
 * threads share it, and more where a longer `engine.hangMs` says that the machine is slow.
 */
const MIN_LOAD_MS = 60_000;
const LOAD_HANGS = 12;
/** A still picture is searched at least this often, ms. */
const UNCHANGED_SEARCH_MS = 2000;

/** Options of {@link Engine.camera}. */
export interface EngineCamera
  extends Pick<CameraOptions, 'id' | 'onEvent' | 'onReport' | 'onFrame' | 'onUpsideDown'> {
  /** Default: the whole picture, always. */
  view?: View;
  /** From {@link Engine.album}; default: no pictures are kept. */
  album?: Album | null;
  /** Default: none. */
  guard?: FaceEngineGuard;
  /** Number of the first track, from 1; default 1. */
  firstTrack?: number;
  /** Threshold and margin of this camera, if they differ from `match` in the configuration. */
  match?: CameraConfig['match'];
}

/** How a recording is played; default: every frame once, as fast as possible. */
export type Playback = Pick<
  FileSourceOptions,
  | 'every'
  | 'skipStill'
  | 'realtime'
  | 'loop'
  | 'stream'
  | 'rotate'
  | 'deinterlace'
  | 'aspect'
  | 'maxWidth'
  | 'minSidePx'
  | 'piped'
  | 'memory'
  | 'onNotice'
  | 'onRemark'
>;

/** Composition root of the engine process: worker pool and gallery, and the cameras that use them. */
export class Engine implements Component {
  readonly pool: WorkerPool;
  readonly gallery: Gallery;
  readonly policy: TrackPolicy;
  /** What the face of a photo must fulfil. */
  readonly photoLimits: EnrolLimits;
  readonly scheduler: FrameScheduler;
  readonly #config: Config;
  readonly #looks: Budget = { leftBytes: LOOKS_BYTES };
  readonly #prepared: Prepared;
  readonly #options: EngineOptions;
  #devices: Devices = ON_CPU;
  #galleryWatch: GalleryWatch | undefined;

  constructor(config: Config, prepared: Prepared, options: EngineOptions = {}) {
    const { settings, policy, modelKey } = prepared;
    this.#config = config;
    this.#prepared = prepared;
    this.policy = policy;
    this.#options = options;
    const loadMs = Math.max(MIN_LOAD_MS, LOAD_HANGS * config.engine.hangMs);
    this.pool = new WorkerPool(config.workers ?? availableParallelism(), settings, {
      loadMs,
      sharesRuns: options.isLive ?? false,
    });
    // One more turn than threads for recordings, so that no thread idles while a result is read; a live frame would age.
    this.scheduler = new FrameScheduler(this.pool.threads, 1);
    this.photoLimits = photoLimitsOf(config, prepared);
    this.gallery = new Gallery({
      folder: config.gallery.folder,
      cacheFolder: config.data,
      faceEngine: this.pool.background,
      limits: this.photoLimits,
      maxMegapixels: config.photos.maxMegapixels,
      dimension: settings.embedder.dimension,
      modelKey,
      known: options.known ?? null,
      whenAway: options.whenAway ?? 'fail',
      ...(options.onGalleryProgress && { onProgress: options.onGalleryProgress }),
      ...(options.onWarning && { onWarning: options.onWarning }),
      ...(options.onResult && { onResult: options.onResult }),
    });
  }

  /**
   * Loads the networks, tries those that are declared, then reads the gallery.
   *
   * @throws SpotterError of the worker pool, of {@link tryModels} and of {@link Gallery.start}
   */
  async start(signal?: AbortSignal): Promise<void> {
    await this.startNetworks(signal);
    try {
      await tryModels(this.pool, this.#prepared);
      for (const note of this.#prepared.notes) this.#options.onWarning?.(note);
      await this.gallery.start(signal);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Loads the networks alone. @throws SpotterError as {@link startNetworks} does */
  async startNetworks(signal?: AbortSignal): Promise<void> {
    const { onWarning, onProcess } = this.#options;
    this.#devices = await startNetworks(this.pool, this.#config, this.#prepared, {
      signal,
      onWarning,
      onProcess,
    });
  }

  async stop(): Promise<void> {
    await this.#galleryWatch?.stop();
    await this.gallery.stop();
    await this.pool.stop();
  }

  /** Applies changes of the gallery between frames until the engine stops. */
  watchGallery(options: Pick<GalleryWatchOptions, 'onChange' | 'onWarning'>): void {
    const refresh = this.gallery.refresh.bind(this.gallery);
    this.#galleryWatch = new GalleryWatch({
      folder: this.#config.gallery.folder,
      guard: this.gallery.guard,
      refresh,
      ...options,
    });
    this.#galleryWatch.start();
  }

  /** What runs each network. */
  get placements(): PlacementReport[] {
    return placementReports(this.#devices);
  }

  /** What pictures are recognised with: the people at the moment, and what a face must fulfil. */
  get recogniser(): Recogniser {
    return {
      faceEngine: this.pool.background,
      gallery: this.gallery.snapshot,
      policy: this.policy,
      search: this.photoLimits,
      limits: this.#config.quality,
      maxMegapixels: this.#config.photos.maxMegapixels,
    };
  }

  /** The state of the gallery, without photos and embeddings. */
  galleryReport(): GalleryReport {
    const { photos, snapshot, settings, faults, expired, away, seconds } = this.gallery;
    const unusable = photos.flatMap(({ name, result }) =>
      result.state === 'unusable' ? [{ name, fault: result.fault, message: result.message }] : [],
    );
    return {
      people: snapshot.people.length,
      names: snapshot.people,
      used: snapshot.photos,
      unusable,
      settings: Object.fromEntries(settings),
      faults: [...faults],
      expired: [...expired],
      away,
      seconds,
    };
  }

  /** A recording as the source of a camera's frames. */
  recording(cameraId: string, file: string, options: Partial<Playback> = {}): FileSource {
    return new FileSource({
      cameraId,
      file,
      maxWidth: this.#config.video.maxWidth,
      // Enough to keep every thread busy while the oldest frames are processed in order.
      slots: 2 * this.pool.threads + 2,
      every: 1,
      realtime: false,
      loop: false,
      deinterlace: this.#config.video.deinterlace,
      ...options,
    });
  }

  /** A camera's live source. @param memory reused by the camera's next connection */
  live(
    camera: CameraConfig,
    listener: LiveListener,
    redact: (text: string) => string,
    memory: FrameMemory,
  ): LiveSource {
    return new LiveSource({ ...liveOptions(camera, this.#config), memory, redact }, listener);
  }

  /**
   * Keeps the best pictures of one camera's tracks; null when neither snapshots nor recent faces are wanted.
   *
   * @param callbacks see {@link AlbumOptions}
   */
  album({ masks }: Pick<View, 'masks'>, callbacks: AlbumCallbacks): Album | null {
    const { enabled, maxWidth, quality } = this.#config.snapshots;
    if (!enabled && !isReviewed(this.#config.review)) return null;
    const settings = { maxWidth, quality, masks };
    return new Album({
      part: enabled ? 'frame' : 'face',
      encode: (look) => encodePictures(look, settings),
      ...callbacks,
      budget: this.#looks,
    });
  }

  /** A camera that uses this engine's worker pool and gallery. */
  camera({
    id,
    view = WHOLE_PICTURE,
    album,
    guard,
    firstTrack = 1,
    match,
    ...callbacks
  }: EngineCamera): Camera {
    const { zones, masks, motion } = view;
    const gate = motion.enabled
      ? new MotionGate({ sensitivity: motion.sensitivity, everyMs: UNCHANGED_SEARCH_MS })
      : { isOpen: () => true };
    return new Camera({
      id,
      quality: this.#config.quality,
      policy: this.#prepared.cameraPolicy(match ?? {}),
      faceEngine: guard ? guardedFaceEngine(this.pool, guard) : this.pool,
      reach: this.#prepared.settings.detector.reach,
      scheduler: this.scheduler,
      gate,
      area: {
        isSeen: ({ box }, size) => !isMasked(masks, box, size),
        zonesOf: ({ box }, size) => zonesAt(zones, box, size),
      },
      people: () => {
        const { snapshot } = this.gallery;
        return { matrix: snapshot.matrix, toMatch: (nearest) => snapshot.toMatch(nearest) };
      },
      ...(album && { album }),
      firstTrack,
      ...callbacks,
    });
  }
}
