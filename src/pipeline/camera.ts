import { SpotterError } from '../core/errors.js';
import type { Box, Size } from '../core/geometry.js';
import { Serial } from '../core/serial.js';
import type { EventDraft } from '../events/event.js';
import type { Detection } from '../face/detection.js';
import type { Quality, QualityLimits } from '../face/quality.js';
import type { DropReason, Frame } from '../image/cameraFrame.js';
import type { Image } from '../image/image.js';
import {
  EMPTY_STATE,
  type Track,
  type TrackEvent,
  type TrackerState,
  type TrackPolicy,
} from '../track/state.js';
import type { TrackBrief } from '../track/trackBrief.js';
import { finish } from '../track/tracker.js';
import {
  type FaceEngine,
  type Found,
  outcomeReport,
  type People,
  type Processed,
  processFrame,
} from './frame.js';
import type { MeasuredReport } from './frameReport.js';
import { SceneCuts } from './sceneCuts.js';
import { toBrief, toDraft, trackId } from './trackEvents.js';

/** Live pictures as they are wanted: the newest one, and only when there is time for it. */
export interface NewestFrames {
  /** Resolves true when a frame waits, false at the end; rejects when the source has failed. */
  ready(): Promise<boolean>;
  /** The newest frame not yet taken, or null. */
  take(): Frame | null;
  /** When it came, monotonic ms; null when there is none. */
  newestAtMs(): number | null;
}

export interface CameraOptions {
  id: string;
  quality: QualityLimits;
  policy: TrackPolicy;
  faceEngine: FaceEngine;
  /** Whose turn it is in the worker pool; the function that it gives hands the turn back. */
  scheduler: { acquire(camera: string, newestAtMs?: () => number): Promise<() => void> };
  /** Whether a live frame has changed enough to be looked at; `followed` while a face is. */
  gate: { isOpen(image: Image, timeMs: number, followed: boolean): boolean };
  /** Which part of the picture counts, and how its parts are called. */
  area: {
    isSeen(detection: Detection, size: Size): boolean;
    zonesOf(detection: Detection, size: Size): string[];
  };
  /** Asked once a frame, so that a new gallery counts from the next frame on. */
  people: () => People;
  /** Keeps the best look at each track, by its id, where pictures are wanted. The image changes after the call. */
  album?: {
    look(image: Image, looks: readonly { track: string; box: Box; quality: Quality }[]): void;
    keepOnly(tracks: ReadonlySet<string>): void;
  };
  /** Number of the first track, from 1. */
  firstTrack: number;
  /** `sinceMs`: monotonic time at which the frame came that gave the event; null when it is for want of frames. */
  onEvent: (draft: EventDraft, sinceMs: number | null) => void;
  onReport: (report: MeasuredReport) => void;
  /** Told every track after each frame that was searched, for whoever scores or draws them in this process. */
  onFrame?: ((frame: Frame, tracks: readonly Track[]) => void) | undefined;
}

/**
 * One camera's way from frames to events. A recording's frames are detected as they come, as many at a time as the
 * source has slots, but followed and judged strictly in order, so that it gives the same events however many threads
 * there are. Of a live source one frame is in work at a time, and the next is whatever is newest then.
 */
export class Camera {
  readonly #options: CameraOptions;
  readonly #cuts = new SceneCuts();
  #state: TrackerState;
  #lastFrame: Frame | undefined;
  #failure: { error: unknown } | undefined;

  constructor(options: CameraOptions) {
    this.#options = options;
    this.#state = { ...EMPTY_STATE, next: options.firstTrack };
  }

  /** Number of the next track. */
  get nextTrack(): number {
    return this.#state.next;
  }

  /**
   * Takes the frames of a recording until it ends, and lets everybody leave then. Every frame taken is finished before
   * this settles, also when it rejects. May be run again when it has settled: track numbers go on.
   *
   * @throws whatever the source throws while iterating; SpotterError worker.failed
   */
  async play(frames: AsyncIterable<Frame>): Promise<void> {
    const inOrder = new Serial();
    this.#failure = undefined;
    try {
      for await (const frame of frames) {
        if (this.#failure) {
          frame.release();
          break;
        }
        const finding = this.#find(frame);
        // Fails only when a listener does, which ends the camera as any other failure.
        const finishing = () => this.#finishFrame(frame, finding).catch((error) => this.#fail(error));
        void inOrder.run(finishing);
      }
    } finally {
      await inOrder.idle();
      this.#leave();
    }
    this.#throwFailure();
  }

  /**
   * The same for a live source. Frames in which nothing has moved are not searched for faces.
   *
   * @throws whatever the source fails with; SpotterError worker.failed
   */
  async watch(source: NewestFrames): Promise<void> {
    this.#failure = undefined;
    try {
      while (!this.#failure && (await source.ready())) {
        const frame = source.take();
        if (frame) await this.#lookAt(frame, source);
      }
    } finally {
      this.#leave();
    }
    this.#throwFailure();
  }

  /** Reports a live frame that nobody looked at. */
  drop(reason: DropReason): void {
    this.#report('dropped', { dropped: reason });
  }

  async #lookAt(waiting: Frame, source: NewestFrames): Promise<void> {
    const { id, gate, scheduler } = this.#options;
    if (!gate.isOpen(waiting.image, waiting.mediaTimeMs, this.#state.tracks.length > 0)) {
      waiting.release();
      this.#report('processed', { unchanged: true });
      return;
    }
    const giveBack = await scheduler.acquire(id, () => source.newestAtMs() ?? waiting.arrivedAtMs);
    const newer = source.take();
    if (newer) {
      waiting.release();
      this.drop('newer');
    }
    const frame = newer ?? waiting;
    // The turn is for all of it: a look that had to wait for other frames' detections would be late.
    await this.#finishFrame(frame, this.#detect(frame)).finally(giveBack);
  }

  #find(frame: Frame): Promise<Found> {
    const { id, scheduler } = this.#options;
    const finding = scheduler.acquire(id).then((giveBack) => this.#detect(frame).finally(giveBack));
    // Awaited later, in order; until then nobody else looks at a failure.
    finding.catch(() => {});
    return finding;
  }

  async #detect({ image }: Frame): Promise<Found> {
    const start = performance.now();
    const detected = await this.#options.faceEngine.detect({ image, border: 0 });
    const detections = detected.detections.filter((face) => this.#options.area.isSeen(face, image));
    return { ...detected, detections, totalMs: performance.now() - start };
  }

  async #finishFrame(frame: Frame, finding: Promise<Found>): Promise<void> {
    const { id: camera, quality: limits, policy, faceEngine, people, onReport } = this.#options;
    try {
      const found = await finding;
      const isCut = this.#cuts.isCut(frame.image);
      const context = { camera, limits, policy, faceEngine, people: people() };
      const { state, trackEvents, looks, report } = await processFrame(
        this.#state,
        frame,
        found,
        context,
        isCut,
      );
      this.#state = state;
      this.#lastFrame = frame;
      this.#keep(looks, frame);
      this.#publish(trackEvents, frame, frame.arrivedAtMs);
      this.#options.onFrame?.(frame, state.tracks);
      onReport({ ...report, tracks: this.#briefs() });
    } catch (error) {
      if (error instanceof SpotterError && error.code === 'frame.poison') this.drop('poison');
      else {
        this.#fail(error);
        this.#report('failed');
      }
    } finally {
      frame.release();
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #leave(): void {
    const { state, trackEvents } = finish(this.#state, this.#options.policy);
    this.#state = state;
    this.#cuts.reset();
    if (this.#lastFrame) this.#publish(trackEvents, this.#lastFrame, null);
  }

  #publish(trackEvents: TrackEvent[], frame: Frame, sinceMs: number | null): void {
    const { id, policy, quality: limits, area, onEvent } = this.#options;
    for (const item of trackEvents) {
      const zones = area.zonesOf(item.track.detection, frame.image);
      const draft = toDraft(item, {
        camera: id,
        track: trackId(id, item.track),
        frame,
        zones,
        policy,
        limits,
      });
      onEvent(draft, sinceMs);
    }
    this.#options.album?.keepOnly(new Set(this.#state.tracks.map((track) => trackId(id, track))));
  }

  #keep(looks: Processed['looks'], { image }: Frame): void {
    const { id, album } = this.#options;
    album?.look(
      image,
      looks.map(({ track, quality }) => ({ track: trackId(id, track), box: track.detection.box, quality })),
    );
  }

  #briefs(): TrackBrief[] {
    const size = this.#lastFrame?.image;
    if (!size) return [];
    const told = this.#state.tracks.filter(({ announced }) => announced);
    return told.map((track) => toBrief(track, trackId(this.#options.id, track), size));
  }

  #report(outcome: MeasuredReport['outcome'], rest: Partial<MeasuredReport> = {}): void {
    this.#options.onReport({
      ...outcomeReport(this.#options.id, outcome),
      tracks: this.#briefs(),
      ...rest,
    });
  }
}
