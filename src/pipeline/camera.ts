import type { NearestTwo } from '../face/match.js';
import { failedLimit, geometricQuality, type QualityLimits } from '../face/quality.js';
import { EMPTY_STATE, type News, type Track, type TrackerState, type TrackPolicy } from '../track/state.js';
import { finish, follow, judge, type LookResult, type Sighting } from '../track/tracker.js';
import { judgeLook } from '../track/verdict.js';
import type { Detection, EventDraft, Frame, FrameReport, Match, Quality, Verdict } from '../types.js';
import type { Detected, GalleryMatrix, Look, Looked } from '../worker/protocol.js';
import { toDraft } from './draft.js';

/** What a camera needs of the worker pool. */
export interface Eyes {
  detect(task: { image: Frame['image']; border: number }): Promise<Detected>;
  look(task: {
    image: Frame['image'];
    faces: Detection['landmarks'][];
    minSharpness: number;
    gallery: GalleryMatrix | null;
  }): Promise<Looked>;
}

/** What a camera needs of the gallery: the people at this moment. */
export interface People {
  matrix: GalleryMatrix;
  toMatch(nearest: NearestTwo): Match | null;
}

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
        const found = this.#detect(frame);
        const before = inOrder;
        inOrder = before.then(() => this.#finishFrame(frame, found));
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

  #detect(frame: Frame): Promise<Timed<Detected>> {
    const detecting = timed(this.#options.eyes.detect({ image: frame.image, border: 0 }));
    // Awaited later, in order; until then nobody else looks at a failure.
    detecting.catch(() => {});
    return detecting;
  }

  async #finishFrame(frame: Frame, found: Promise<Timed<Detected>>): Promise<void> {
    try {
      const report = await this.#process(frame, await found);
      this.#options.onReport(report);
    } catch (error) {
      this.#failure ??= { error };
      this.#options.onReport(failedReport(this.#options.id, frame, this.#state.tracks.length));
    } finally {
      frame.release();
    }
  }

  async #process(frame: Frame, { value: found, ms: detectMs }: Timed<Detected>): Promise<FrameReport> {
    const { id, policy, people: currentPeople } = this.#options;
    const people = currentPeople();
    const timeMs = Math.max(frame.mediaTimeMs, this.#state.lastFrameMs ?? 0);
    this.#lastFrame = frame;

    const trackStart = performance.now();
    const followed = follow(this.#state, found.detections, timeMs, policy);
    this.#state = followed.state;
    const trackMs = performance.now() - trackStart;
    this.#tell(followed.news, frame);

    const faces = found.detections.map((detection, index) => ({
      detection,
      sighting: followed.sightings[index],
      quality: geometricQuality(detection),
    }));
    const { results, looked } = await this.#look(frame, faces, people);

    const judgeStart = performance.now();
    const judged = judge(this.#state, results, timeMs, policy);
    this.#state = judged.state;
    const judgeMs = performance.now() - judgeStart;
    this.#tell(judged.news, frame);

    const { fitMs, modelMs, decodeMs } = found.timing;
    const workMs = fitMs + modelMs + decodeMs;
    return {
      camera: id,
      seq: frame.seq,
      mediaTimeMs: frame.mediaTimeMs,
      outcome: 'processed',
      stageMs: {
        queue: Math.max(0, detectMs - workMs),
        detect: workMs,
        track: trackMs + judgeMs,
        ...(looked && {
          align: looked.timing.alignMs,
          embed: looked.timing.modelMs,
          match: looked.timing.matchMs,
        }),
        total: Date.now() - frame.capturedAtMs,
      },
      verdicts: faces.map((face) => this.#verdictOf(face, results)),
      tracks: this.#state.tracks.length,
      embedded: results.filter(({ embedding }) => embedding).length,
      anatomy: {
        fitMs,
        detectModelMs: modelMs,
        decodeMs,
        alignMs: looked?.timing.alignMs ?? 0,
        embedModelMs: looked?.timing.modelMs ?? 0,
        matchMs: looked?.timing.matchMs ?? 0,
      },
    };
  }

  /** Looks closely at the faces that are due; those whose box and landmarks already fail are not even cut. */
  async #look(
    frame: Frame,
    faces: { detection: Detection; sighting: Sighting; quality: Quality }[],
    people: People,
  ): Promise<{ results: LookResult[]; looked: Looked | null }> {
    const limits = this.#options.quality;
    const due = faces.filter(({ sighting }) => sighting.wantsLook);
    const results = due.flatMap(({ sighting: { trackNumber }, quality }): LookResult[] => {
      const unusable = failedLimit(quality, limits);
      return trackNumber === null ? [] : [{ trackNumber, quality, unusable, embedding: null, match: null }];
    });
    const worthwhile = results.flatMap((result, index) =>
      result.unusable === null ? [{ result, face: due[index] }] : [],
    );
    if (worthwhile.length === 0) return { results, looked: null };
    const looked = await this.#options.eyes.look({
      image: frame.image,
      faces: worthwhile.map(({ face }) => face.detection.landmarks),
      minSharpness: limits.minSharpness,
      gallery: people.matrix,
    });
    for (const [index, { result }] of worthwhile.entries()) fill(result, looked.looks[index], limits, people);
    return { results, looked };
  }

  /** Every face has exactly one verdict: of this frame's look, else of its track. */
  #verdictOf(face: { sighting: Sighting; quality: Quality }, results: LookResult[]): Verdict {
    const look = results.find(({ trackNumber }) => trackNumber === face.sighting.trackNumber);
    if (look?.unusable) return { kind: 'unusable', reason: look.unusable };
    if (look) return judgeLook(look.match, this.#options.policy);
    const reason = failedLimit(face.quality, this.#options.quality);
    if (reason) return { kind: 'unusable', reason };
    const track = this.#state.tracks.find(({ number }) => number === face.sighting.trackNumber);
    return track?.verdict ?? judgeLook(track?.evidence.nearest?.match ?? null, this.#options.policy);
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

interface Timed<T> {
  value: T;
  ms: number;
}

async function timed<T>(promise: Promise<T>): Promise<Timed<T>> {
  const start = performance.now();
  const value = await promise;
  return { value, ms: performance.now() - start };
}

function fill(result: LookResult, look: Look, limits: QualityLimits, people: People): void {
  result.quality = { ...result.quality, sharpness: look.sharpness };
  result.unusable = failedLimit(result.quality, limits) ?? (look.embedding ? null : 'bad_landmarks');
  result.embedding = look.embedding;
  result.match = look.nearest && people.toMatch(look.nearest);
}

function failedReport(camera: string, frame: Frame, tracks: number): FrameReport {
  const { seq, mediaTimeMs } = frame;
  return {
    camera,
    seq,
    mediaTimeMs,
    outcome: 'failed',
    stageMs: {},
    verdicts: [],
    tracks,
    embedded: 0,
    anatomy: null,
  };
}
