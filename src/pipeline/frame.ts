import { monotonicMs } from '../core/clock.js';
import type { Detection, Landmarks } from '../face/detection.js';
import type { Match, NearestTwo } from '../face/match.js';
import type { Quality } from '../face/quality.js';
import { failedLimit, geometricQuality, type QualityLimits } from '../face/quality.js';
import type { Frame } from '../image/cameraFrame.js';
import { nearestLook, probesOf, templateOf, withGallery } from '../track/evidence.js';
import type { LookResult, Track, TrackEvent, TrackerState, TrackPolicy } from '../track/state.js';
import { follow, judge, type Sighting } from '../track/tracker.js';
import type { Verdict } from '../track/verdict.js';
import { judgeLook } from '../track/verdict.js';
import type { Detected, GalleryMatrix, Look, Looked, Past } from '../worker/protocol.js';
import type { MeasuredReport } from './frameReport.js';

/** What a camera needs of the worker pool. */
export interface FaceEngine {
  detect(task: { image: Frame['image']; border: number }): Promise<Detected>;
  look(task: {
    image: Frame['image'];
    faces: Landmarks[];
    past: (Past | null)[];
    minSharpness: number;
    gallery: GalleryMatrix | null;
  }): Promise<Looked>;
  match(task: { probes: Float32Array[]; gallery: GalleryMatrix }): Promise<NearestTwo[]>;
}

/** What a camera needs of the gallery: the people at this moment. */
export interface People {
  matrix: GalleryMatrix;
  toMatch(nearest: NearestTwo): Match | null;
}

export interface FrameContext {
  camera: string;
  limits: QualityLimits;
  policy: TrackPolicy;
  faceEngine: FaceEngine;
  people: People;
}

/** What a detection took, with the time that it waited. */
export interface Found extends Detected {
  totalMs: number;
}

export interface Processed {
  state: TrackerState;
  trackEvents: TrackEvent[];
  /** The close looks of this frame: at which track each turned out to be, and how good a view it was. */
  looks: { track: Track; quality: Quality }[];
  report: MeasuredReport;
}

interface Face {
  detection: Detection;
  sighting: Sighting;
  quality: Quality;
}

/**
 * Everything that happens to a frame once its faces are found: whose they are, a close look at those that are due, and
 * what has become certain.
 */
export async function processFrame(
  state: TrackerState,
  frame: Frame,
  found: Found,
  context: FrameContext,
  isCut = false,
): Promise<Processed> {
  const { camera, policy } = context;
  const before = await beforeThesePeople(state, context);
  const timeMs = Math.max(frame.mediaTimeMs, before.lastFrameMs ?? 0);

  const followStart = performance.now();
  const followed = follow(before, found.detections, timeMs, policy, isCut);
  const faces = found.detections.map((detection, index) => ({
    detection,
    sighting: followed.sightings[index],
    quality: geometricQuality(detection),
  }));
  const followMs = performance.now() - followStart;

  const { results, looked } = await lookAtFaces(frame, faces, followed.state, context);

  const judgeStart = performance.now();
  const judged = judge(followed.state, results, timeMs, policy);
  const judgeMs = performance.now() - judgeStart;

  const anatomy = {
    fitMs: found.timing.fitMs,
    detectModelMs: found.timing.modelMs,
    decodeMs: found.timing.decodeMs,
    alignMs: looked?.timing.alignMs ?? 0,
    embedModelMs: looked?.timing.modelMs ?? 0,
    matchMs: looked?.timing.matchMs ?? 0,
  };
  const detectMs = anatomy.fitMs + anatomy.detectModelMs + anatomy.decodeMs;
  const report: MeasuredReport = {
    ...outcomeReport(camera, 'processed'),
    mediaTimeMs: frame.mediaTimeMs,
    stageMs: {
      queue: Math.max(0, found.totalMs - detectMs),
      detect: detectMs,
      track: followMs + judgeMs,
      ...(looked && { align: anatomy.alignMs, embed: anatomy.embedModelMs, match: anatomy.matchMs }),
      total: monotonicMs() - frame.arrivedAtMs,
    },
    verdicts: faces.map((face) => verdictOf(face, results, judged.state, context)),
    embedded: results.filter(({ embedding }) => embedding).length,
    anatomy,
  };
  const looks = faces.flatMap(({ detection, sighting, quality }) => {
    const result = results.find(({ trackNumber }) => trackNumber === sighting.trackNumber);
    // By its face: a look may have shown that it is somebody else's, a new track's.
    const track = result && judged.state.tracks.find((candidate) => candidate.detection === detection);
    return track ? [{ track, quality: result?.quality ?? quality }] : [];
  });
  return {
    state: judged.state,
    trackEvents: [...followed.trackEvents, ...judged.trackEvents],
    looks,
    report,
  };
}

/** When the gallery has changed, what has been seen so far is compared with the new one before anything else. */
async function beforeThesePeople(
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

/** The report of a frame in which no faces were searched. */
export function outcomeReport(camera: string, outcome: MeasuredReport['outcome']): MeasuredReport {
  return {
    camera,
    mediaTimeMs: null,
    outcome,
    dropped: null,
    unchanged: false,
    stageMs: {},
    verdicts: [],
    tracks: [],
    embedded: 0,
    anatomy: null,
  };
}

/** Looks closely at the faces that are due; those whose box and landmarks already fail are not even cut. */
async function lookAtFaces(
  { image }: Frame,
  faces: readonly Face[],
  { tracks }: TrackerState,
  { limits, faceEngine, people }: FrameContext,
): Promise<{ results: LookResult[]; looked: Looked | null }> {
  const results: LookResult[] = [];
  const worthwhile: { result: LookResult; landmarks: Landmarks; past: Past | null }[] = [];
  for (const { detection, quality, sighting } of faces) {
    const { trackNumber, wantsLook } = sighting;
    if (trackNumber === null || !wantsLook) continue;
    const unusable = failedLimit(quality, limits);
    const result: LookResult = {
      trackNumber,
      quality,
      unusable,
      embedding: null,
      match: null,
      combined: null,
    };
    results.push(result);
    if (unusable !== null) continue;
    const track = tracks.find(({ number }) => number === trackNumber);
    // Should the face turn out to be another track's, the tracker leaves out what came of the sum.
    const sum = track ? templateOf(track.evidence) : null;
    worthwhile.push({ result, landmarks: detection.landmarks, past: sum && { sum, quality } });
  }
  if (worthwhile.length === 0) return { results, looked: null };
  const looked = await faceEngine.look({
    image,
    faces: worthwhile.map(({ landmarks }) => landmarks),
    past: worthwhile.map(({ past }) => past),
    minSharpness: limits.minSharpness,
    gallery: people.matrix,
  });
  for (const [index, { result }] of worthwhile.entries()) fill(result, looked.looks[index], limits, people);
  return { results, looked };
}

function fill(result: LookResult, look: Look, limits: QualityLimits, people: People): void {
  result.quality = { ...result.quality, sharpness: look.sharpness };
  result.unusable = failedLimit(result.quality, limits) ?? (look.embedding ? null : 'bad_landmarks');
  result.embedding = look.embedding;
  result.match = look.nearest && people.toMatch(look.nearest);
  result.combined = look.together && people.toMatch(look.together);
}

/** Every face has exactly one verdict: of this frame's look, else of its track. */
function verdictOf(
  { sighting: { trackNumber }, detection, quality }: Face,
  results: readonly LookResult[],
  { tracks }: TrackerState,
  { limits, policy }: FrameContext,
): Verdict {
  const look = trackNumber === null ? null : results.find((result) => result.trackNumber === trackNumber);
  if (look?.unusable) return { kind: 'unusable', reason: look.unusable };
  if (look) return judgeLook(look.match, policy);
  const reason = failedLimit(quality, limits);
  if (reason) return { kind: 'unusable', reason };
  const track = tracks.find((one) => one.detection === detection);
  return track?.verdict ?? judgeLook((track && nearestLook(track.evidence)?.match) ?? null, policy);
}
