import type { QualityLimits } from '../face/quality.js';
import { EMPTY_STATE, type News, type Track, type TrackerState, type TrackPolicy } from '../track/state.js';
import { finish } from '../track/tracker.js';
import type { EventDraft, Frame, FrameReport } from '../types.js';
import { toDraft } from './draft.js';
import { type Eyes, type Found, failedReport, type People, processFrame } from './frame.js';

export interface CameraOptions {
  id: string;
  quality: QualityLimits;
  policy: TrackPolicy;
  eyes: Eyes;
  /** Asked once a frame, so that a new gallery counts from the next frame on. */
  people: () => People;
  onEvent: (draft: EventDraft) => void;
  onReport: (report: FrameReport) => void;
}

/**
 * One camera's way from frames to events. Frames are detected as they come, as many at a time as the source has slots,
 * but followed and judged strictly in order, so that a recording gives the same events however many threads there are.
 */
export class Camera {
  readonly #options: CameraOptions;
  #state: TrackerState = EMPTY_STATE;
  #lastFrame: Frame | undefined;
  #failure: { error: unknown } | undefined;

  constructor(options: CameraOptions) {
    this.#options = options;
  }

  /** Tracks that are alive. */
  get tracks(): readonly Track[] {
    return this.#state.tracks;
  }

  trackId(track: Track): string {
    return `${this.#options.id}-${track.number}`;
  }

  /**
   * Takes frames until the source ends, and lets everybody leave then. Every frame taken is finished before this
   * settles, also when it rejects. May be run again when it has settled: track numbers go on.
   *
   * @throws whatever the source throws while iterating; SpotterError worker.failed
   */
  async run(frames: AsyncIterable<Frame>): Promise<void> {
    let inOrder: Promise<void> = Promise.resolve();
    this.#failure = undefined;
    try {
      for await (const frame of frames) {
        if (this.#failure) {
          frame.release();
          break;
        }
        const finding = this.#find(frame);
        inOrder = inOrder.then(() => this.#finishFrame(frame, finding));
      }
    } finally {
      await inOrder;
      this.#leave();
    }
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #find(frame: Frame): Promise<Found> {
    const start = performance.now();
    const finding = this.#options.eyes
      .detect({ image: frame.image, border: 0 })
      .then((detected) => ({ ...detected, totalMs: performance.now() - start }));
    // Awaited later, in order; until then nobody else looks at a failure.
    finding.catch(() => {});
    return finding;
  }

  async #finishFrame(frame: Frame, finding: Promise<Found>): Promise<void> {
    const { id: camera, quality: limits, policy, eyes, people, onReport } = this.#options;
    try {
      const found = await finding;
      const context = { camera, limits, policy, eyes, people: people() };
      const { state, news, report } = await processFrame(this.#state, frame, found, context);
      this.#state = state;
      this.#lastFrame = frame;
      this.#tell(news, frame);
      onReport(report);
    } catch (error) {
      this.#failure ??= { error };
      onReport(failedReport(camera, frame, this.#state.tracks.length));
    } finally {
      frame.release();
    }
  }

  #leave(): void {
    const { state, news } = finish(this.#state);
    this.#state = state;
    if (this.#lastFrame) this.#tell(news, this.#lastFrame);
  }

  #tell(news: News[], frame: Frame): void {
    for (const item of news) {
      this.#options.onEvent(
        toDraft(item, this.#options.id, this.trackId(item.track), frame, this.#options.policy),
      );
    }
  }
}
