import { SpotterError } from '../core/errors.js';
import { Serial } from '../core/serial.js';
import type { DropReason, Frame } from '../image/cameraFrame.js';
import { denied } from '../track/denial.js';
import { afterGap } from '../track/lifetime.js';
import { policyFor } from '../track/policy.js';
import { EMPTY_STATE, type TrackEvent, type TrackerState, type TrackPolicy } from '../track/state.js';
import { finish } from '../track/tracker.js';
import { Absence } from './absence.js';
import type { CameraOptions } from './cameraOptions.js';
import { FaceSearch, type Searched } from './faceSearch.js';
import { FirstFailure } from './firstFailure.js';
import { type Processed, processFrame } from './frame.js';
import { buildFrameReport, type FrameOutcome } from './frameReport.js';
import { LookPace } from './lookPace.js';
import type { NewestFrames } from './newestFrames.js';
import { SceneCuts } from './sceneCuts.js';
import { toBriefs, toDraft, trackId } from './trackEvents.js';
import { UprightCheck } from './uprightCheck.js';

/**
 * Turns one camera's frames into events. The frames of a recording are detected as they come, as many at a time as the
 * source has slots, but tracked and judged strictly in order, so that the events are the same with any number of threads.
 * Of a live source one frame is processed at a time, and the next is the newest one then.
 */
export class Camera {
  readonly #options: CameraOptions;
  readonly #cuts = new SceneCuts();
  readonly #pace = new LookPace();
  readonly #search: FaceSearch;
  readonly #uprightCheck: UprightCheck;
  #isSeam = false;
  /** The source was away since the last frame that was tracked. */
  #wasAway = false;
  #state: TrackerState;
  /** For the gallery that the last frame was compared with. */
  #policy: TrackPolicy;
  #lastFrame: Frame | undefined;
  readonly #failure = new FirstFailure();
  readonly #absence: Absence;
  /** Names to take off tracks with the next frame: what is being worked on began before. */
  #denials: { track: number; person: string }[] = [];

  constructor(options: CameraOptions) {
    this.#options = options;
    this.#search = new FaceSearch(options);
    this.#uprightCheck = new UprightCheck(options.faceEngine);
    this.#state = { ...EMPTY_STATE, next: options.firstTrack };
    this.#policy = options.policy;
    this.#absence = new Absence(options.policy.reconnectMs, () => this.#giveUp());
  }

  /** Number of the next track. */
  get nextTrack(): number {
    return this.#state.next;
  }

  /**
   * Processes the frames of a recording until it ends, and then ends every track. Every frame taken is finished before this
   * settles, also when it rejects. May be called again once it has settled: track numbers go on.
   *
   * @throws whatever the source throws while iterating; SpotterError worker.failed; what a callback throws
   */
  async play(frames: AsyncIterable<Frame>): Promise<void> {
    const inOrder = new Serial();
    this.#failure.clear();
    try {
      for await (const frame of frames) {
        if (this.#failure.isNoted) {
          frame.release();
          break;
        }
        const finding = this.#find(frame);
        // Rejects only when a callback throws, which ends the camera like any other failure.
        const finishing = () => this.#finishFrame(frame, finding).catch((error) => this.#failure.note(error));
        void inOrder.run(finishing);
      }
    } finally {
      await inOrder.idle();
      this.end();
    }
    this.#failure.rethrow();
  }

  /**
   * Processes a live source in the same way. Frames in which nothing has moved are not searched for faces. When the source
   * fails, its tracks wait for the next one that this is called with; {@link end} ends them.
   *
   * @throws whatever the source fails with; SpotterError worker.failed; what a callback throws
   */
  async watch(source: NewestFrames): Promise<void> {
    this.#failure.rethrow();
    let isLost = false;
    const continued: NewestFrames = {
      ready: () =>
        source.ready().catch((error) => {
          isLost = true;
          throw error;
        }),
      take: () => this.#continue(source.take()),
      newestAtMs: () => source.newestAtMs(),
    };
    try {
      while (!this.#failure.isNoted && (await continued.ready())) {
        const frame = continued.take();
        if (frame) await this.#process(frame, continued);
      }
    } finally {
      if (isLost && this.#state.lastFrameMs !== null && this.#lastFrame) this.#absence.begin(this.#lastFrame);
      // While it waits for the source, the next one may be the same.
      if (!isLost) this.end();
    }
    this.#failure.rethrow();
  }

  /**
   * Notes that a track is not a person, which is applied with the next frame.
   *
   * @param track its id
   * @returns whether it is in view
   */
  deny(track: string, person: string): boolean {
    const found = this.#state.tracks.find((one) => trackId(this.#options.id, one) === track);
    if (found) this.#denials.push({ track: found.number, person });
    return found !== undefined;
  }

  /** Ends every track. Track numbers go on; media time starts anew. @throws what a callback throws */
  end(): void {
    this.#absence.cancel();
    this.#wasAway = false;
    this.#applyDenials();
    const { state, trackEvents } = finish(this.#state, this.#policy);
    this.#state = state;
    this.#cuts.reset();
    this.#search.reset();
    if (this.#lastFrame) this.#publish(trackEvents, this.#lastFrame, null);
  }

  /** Reports a live frame that was not processed. */
  drop(reason: DropReason): void {
    this.#report({ kind: 'dropped', reason });
  }

  async #process(waiting: Frame, source: NewestFrames): Promise<void> {
    const { id, gate, scheduler } = this.#options;
    if (!gate.isOpen(waiting.image, waiting.mediaTimeMs, this.#state.tracks.length > 0)) {
      this.#options.onFrame?.(waiting, this.#state.tracks, false);
      waiting.release();
      this.#report({ kind: 'unchanged' });
      return;
    }
    const giveBack = await scheduler.acquire(id, () => source.newestAtMs() ?? waiting.arrivedAtMs);
    const newer = source.take();
    this.#pace.note(newer !== null);
    if (newer) {
      this.#isSeam ||= waiting.isSeam;
      waiting.release();
      this.drop('newer');
    }
    const frame = newer ?? waiting;
    // The turn covers the whole frame: a look that had to wait for the detections of others would be late.
    await this.#finishFrame(frame, this.#search.usual(frame.image)).finally(giveBack);
  }

  #find(frame: Frame): Promise<Searched> {
    const { id, scheduler } = this.#options;
    const finding = scheduler
      .acquire(id)
      .then((giveBack) => this.#search.usual(frame.image).finally(giveBack));
    // Awaited later, in order; until then a failure must not count as unhandled.
    finding.catch(() => {});
    return finding;
  }

  async #finishFrame(frame: Frame, finding: Promise<Searched>): Promise<void> {
    const { quality: limits, faceEngine } = this.#options;
    try {
      this.#isSeam ||= frame.isSeam;
      const usual = await finding;
      const isCut = this.#cuts.isCut(frame.image) || this.#isSeam;
      const found = await this.#search.complete(frame.image, usual, { tracks: this.#state.tracks, isCut });
      this.#applyDenials();
      const people = this.#options.people();
      this.#policy = policyFor(this.#policy, people.matrix.vectors);
      const context = { limits, policy: this.#pace.applied(this.#policy), faceEngine, people };
      const { state, trackEvents, looks, work } = await processFrame(
        this.#wasAway ? afterGap(this.#state, frame.mediaTimeMs) : this.#state,
        frame,
        found,
        context,
        isCut,
      );
      this.#state = state;
      this.#isSeam = false;
      this.#wasAway = false;
      this.#lastFrame = frame;
      this.#keep(looks, frame);
      this.#publish(trackEvents, frame, frame.arrivedAtMs);
      this.#options.onFrame?.(frame, state.tracks, true);
      this.#report({ kind: 'searched', work });
      await this.#checkUpright(frame);
    } catch (error) {
      if (error instanceof SpotterError && error.code === 'frame.poison') this.drop('poison');
      else {
        this.#failure.note(error);
        this.#report({ kind: 'failed' });
      }
    } finally {
      frame.release();
    }
  }

  async #checkUpright({ image, mediaTimeMs }: Frame): Promise<void> {
    const { onUpsideDown } = this.#options;
    if (!onUpsideDown) return;
    // The frame is done, and a failure of the networks is reported by the next one.
    const { tracks, lastFrameMs } = this.#state;
    const check = this.#uprightCheck.isUpsideDown(image, tracks, lastFrameMs ?? mediaTimeMs);
    if (await check.catch(() => false)) onUpsideDown();
  }

  #applyDenials(): void {
    for (const { track, person } of this.#denials.splice(0)) this.#state = denied(this.#state, track, person);
  }

  /** The source has been away for too long. */
  #giveUp(): void {
    try {
      this.end();
    } catch (error) {
      this.#failure.note(error);
    }
  }

  /** A frame of a live source, in the media time of the source before it where the tracks go on. */
  #continue(frame: Frame | null): Frame | null {
    if (!frame) return null;
    const gap = this.#absence.continue(frame);
    if (gap === 'other') this.end();
    this.#wasAway ||= gap === 'same';
    return frame;
  }

  #publish(trackEvents: TrackEvent[], frame: Frame, sinceMs: number | null): void {
    const { id, quality: limits, area, onEvent } = this.#options;
    for (const event of trackEvents) {
      const zones = area.zonesOf(event.track.detection, frame.image);
      const track = trackId(id, event.track);
      onEvent(toDraft(event, { camera: id, track, frame, zones, policy: this.#policy, limits }), sinceMs);
    }
    this.#options.album?.keepOnly(new Set(this.#state.tracks.map((track) => trackId(id, track))));
  }

  #keep(looks: Processed['looks'], { image }: Frame): void {
    const { id, album } = this.#options;
    album?.look(
      image,
      looks.map((look) => ({ ...look, track: trackId(id, look.track) })),
    );
  }

  #report(outcome: FrameOutcome): void {
    const { id, onReport } = this.#options;
    const image = this.#lastFrame?.image;
    const briefs = image ? toBriefs(this.#state.tracks, id, image) : [];
    const size = image ? { width: image.width, height: image.height } : null;
    onReport(buildFrameReport(id, outcome, briefs, size));
  }
}
