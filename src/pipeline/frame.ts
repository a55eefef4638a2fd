import { monotonicMs } from '../core/clock.js';
import type { Detection, Landmarks } from '../face/detection.js';
import type { LookedFace } from '../face/faceMark.js';
import type { Match, NearestTwo } from '../face/match.js';
import type { Quality } from '../face/quality.js';
import { failedBeforeLook, failedLimit, geometricQuality, type QualityLimits } from '../face/quality.js';
import type { Refinement } from '../face/uprightViews.js';
import type { Frame } from '../image/cameraFrame.js';
import type { View } from '../image/fit.js';
import { nearestLook, probesOf, templateOf, withGallery } from '../track/evidence.js';
import { throughStill } from '../track/lifetime.js';
import type { LookResult, Track, TrackEvent, TrackerState, TrackPolicy } from '../track/state.js';
import { follow, judge, type Sighting } from '../track/tracker.js';
import type { Verdict } from '../track/verdict.js';
import { clarityOf, judgeMatch } from '../track/verdict.js';
import type { Detected, GalleryMatrix, Looked, Past } from '../worker/protocol.js';
import type { FrameWork } from './frameReport.js';
import { beforeLook, fillIn } from './lookResult.js';

/** What a camera needs of the worker pool. Every method rejects with the SpotterErrors of the pool. */
export interface FaceEngine {
  detect(task: { image: Frame['image']; view?: View; weak?: boolean }): Promise<Detected>;
  look(task: {
    image: Frame['image'];
    faces: Landmarks[];
    past: (Past | null)[];
    refinement: Refinement;
    minSharpness: number;
    gallery: GalleryMatrix | null;
  }): Promise<Looked>;
  match(task: { probes: Float32Array[]; gallery: GalleryMatrix }): Promise<NearestTwo[]>;
}

/** What a camera needs of the gallery: the people at one moment. */
export interface People {
  matrix: GalleryMatrix;
  toMatch(nearest: NearestTwo): Match | null;
}

/** What a frame is processed with. */
export interface FrameContext {
  limits: QualityLimits;
  policy: TrackPolicy;
  faceEngine: FaceEngine;
  people: People;
}

/** What was found in a frame, with the time it took. */
export interface Found extends Pick<Detected, 'detections' | 'timing'> {
  /** From the request to the result, waiting included, ms. */
  totalMs: number;
}

/** The outcome of {@link processFrame}. */
export interface Processed {
  state: TrackerState;
  trackEvents: TrackEvent[];
  /** The looks of this frame: the track that each face turned out to be, and how good the view was. */
  looks: { track: Track; face: LookedFace; quality: Quality }[];
  work: FrameWork;
}

interface Face {
  detection: Detection;
  sighting: Sighting;
  quality: Quality;
}

/**
 * Processes a frame whose faces have been found: assigns them to tracks, embeds those that are due, and judges what has
 * become certain.
 *
 * @param isCut the picture has nothing to do with the one before
 * @throws SpotterError of the worker pool
 */
export async function processFrame(
  state: TrackerState,
  frame: Frame,
  found: Found,
  context: FrameContext,
  isCut = false,
): Promise<Processed> {
  const { policy } = context;
  const { still } = frame;
  const carried = still ? throughStill(state, still.frames, still.untilMs, policy) : state;
  const before = await withCurrentPeople(carried, context);
  const timeMs = Math.max(frame.mediaTimeMs, before.lastFrameMs ?? 0);

  const followStart = performance.now();
  const followed = follow(before, found.detections, timeMs, policy, isCut);
  // What is too uncertain to begin a track, and continues none, is no face.
  const faces = found.detections.flatMap((detection, index) => {
    const sighting = followed.sightings[index];
    return sighting ? [{ detection, sighting, quality: geometricQuality(detection) }] : [];
  });
  const followMs = performance.now() - followStart;

  const { results, landmarks, looked } = await lookAtFaces(frame, faces, followed.state, context);

  const judgeStart = performance.now();
  const judged = judge(followed.state, results, timeMs, policy);
  const judgeMs = performance.now() - judgeStart;

  const work: FrameWork = {
    mediaTimeMs: frame.mediaTimeMs,
    detect: found.timing,
    detectTotalMs: found.totalMs,
    look: looked?.timing ?? null,
    trackMs: followMs + judgeMs,
    totalMs: monotonicMs() - frame.arrivedAtMs,
    verdicts: faces.map((face) => verdictOf(face, results, judged.state, context)),
    embedded: results.filter(({ embedding }) => embedding).length,
  };
  const looks = faces.flatMap(({ detection, sighting }) => {
    const result = results.find(({ trackNumber }) => trackNumber === sighting.trackNumber);
    // By detection, because the look may have moved the face to another or a new track.
    if (!result) return [];
    const track = judged.state.tracks.find((candidate) => candidate.detection === detection);
    // A look that was set aside may show somebody else.
    if (!track || track.suspicion?.look === result) return [];
    const face = { ...detection, aligned: landmarks.get(result) ?? detection.landmarks };
    return [{ track, face, quality: result.quality }];
  });
  return {
    state: judged.state,
    trackEvents: [...followed.trackEvents, ...judged.trackEvents],
    looks,
    work,
  };
}

/** When the gallery has changed, compares everything seen so far with the new one. */
async function withCurrentPeople(
  state: TrackerState,
  { faceEngine, people }: FrameContext,
): Promise<TrackerState> {
  const { version } = people.matrix;
  if (state.gallery === version) return state;
  const probes = probesOf(state);
  const nearest = probes.length > 0 ? await faceEngine.match({ probes, gallery: people.matrix }) : [];
  return withGallery(
    state,
    nearest.map((one) => people.toMatch(one)),
    version,
  );
}

/** Embeds the faces that are due, but not those that are too small or too uncertain, whatever a look shows. */
async function lookAtFaces(
  { image }: Frame,
  faces: readonly Face[],
  { tracks }: TrackerState,
  context: FrameContext,
): Promise<{ results: LookResult[]; landmarks: Map<LookResult, Landmarks>; looked: Looked | null }> {
  const { limits, faceEngine, people } = context;
  const results: LookResult[] = [];
  const worthwhile: { result: LookResult; detection: Detection; past: Past | null }[] = [];
  for (const { detection, quality, sighting } of faces) {
    const { trackNumber, wantsLook } = sighting;
    if (!wantsLook) continue;
    const result = beforeLook(trackNumber, quality, limits);
    results.push(result);
    if (result.unusable !== null) continue;
    const track = tracks.find(({ number }) => number === trackNumber);
    // If the face turns out to be another track's, the tracker discards the result of this sum.
    const sum = track ? templateOf(track.evidence) : null;
    worthwhile.push({ result, detection, past: sum && { sum, face: detection, limits } });
  }
  if (worthwhile.length === 0) return { results, landmarks: new Map(), looked: null };
  const looked = await faceEngine.look({
    image,
    faces: worthwhile.map(({ detection }) => detection.landmarks),
    past: worthwhile.map(({ past }) => past),
    refinement: 'tilted',
    minSharpness: limits.minSharpness,
    gallery: people.matrix,
  });
  for (const [index, { result, detection }] of worthwhile.entries())
    fillIn(result, detection, looked.looks[index], context);
  const landmarks = new Map(worthwhile.map(({ result }, i) => [result, looked.looks[i].landmarks]));
  return { results, landmarks, looked };
}

/** Every face has exactly one verdict: that of its look in this frame, else that of its track. */
function verdictOf(
  { sighting: { trackNumber }, detection, quality }: Face,
  results: readonly LookResult[],
  { tracks }: TrackerState,
  { limits, policy }: FrameContext,
): Verdict {
  const look = results.find((result) => result.trackNumber === trackNumber);
  if (look?.unusable) return { kind: 'unusable', reason: look.unusable };
  if (look) return judgeMatch(look.match, policy, clarityOf(look.quality));
  const hopeless = failedBeforeLook(quality, limits);
  if (hopeless) return { kind: 'unusable', reason: hopeless };
  const track = tracks.find((one) => one.detection === detection);
  if (track?.verdict) return track.verdict;
  const nearest = track && nearestLook(track.evidence);
  if (nearest) return judgeMatch(nearest.match, policy, clarityOf(nearest.quality));
  const reason = failedLimit(quality, limits);
  return reason ? { kind: 'unusable', reason } : judgeMatch(null, policy, clarityOf(quality));
}
