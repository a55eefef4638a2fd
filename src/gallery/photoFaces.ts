import { area, isSameFace } from '../face/box.js';
import { CLOSE_PX, closeView, faceInPlace } from '../face/closeView.js';
import type { Detection, Landmarks } from '../face/detection.js';
import { failedLimit, geometricQuality, type QualityLimits } from '../face/quality.js';
import type { Turn, View } from '../image/fit.js';
import type { Image } from '../image/image.js';
import type { Detected, Looked } from '../worker/protocol.js';
import { type DetectorRange, type Level, photoLevels } from './photoViews.js';

/** What the gallery needs of the worker pool; both reject with the SpotterErrors of the pool. */
export interface PhotoFaceEngine {
  detect(task: { image: Image; view?: View }): Promise<Detected>;
  look(task: { image: Image; faces: Landmarks[]; minSharpness: number; gallery: null }): Promise<Looked>;
}

/** How photos are searched. */
export interface PhotoSearch {
  quality: QualityLimits;
  detector: DetectorRange;
}

/** A face that one of the levels shows. */
export interface Candidate {
  detection: Detection;
  level: Level;
}

/** A larger box around another one is the face, and the other one a part of it, unless its score is this much worse. */
const MUCH_WORSE = 0.15;

/**
 * Finds the faces of a photo, in image px, best score first: at several scales, so that every face is shown at a size at which
 * the detector knows faces. Takes several detections, more than a frame is worth.
 *
 * @throws SpotterError of the worker pool
 */
export async function findFaces(
  faceEngine: PhotoFaceEngine,
  image: Image,
  search: PhotoSearch,
): Promise<Detection[]> {
  let found: Candidate[] = [];
  for (const level of photoLevels(image, search.detector)) {
    found = joined([...found, ...(await searchLevel(faceEngine, image, level, 0))], search);
  }
  const sure: Detection[] = [];
  for (const { detection, level } of found) {
    // What a frame would show is returned as it is; what only another scale shows may come from the scale.
    if (level.zoom === 1 || (await isConfirmed(faceEngine, image, detection, search.quality)))
      sure.push(detection);
  }
  return sure.sort((a, b) => b.score - a.score);
}

/** The detections of one level. */
export async function searchLevel(
  faceEngine: PhotoFaceEngine,
  image: Image,
  level: Level,
  turn: Turn,
): Promise<Candidate[]> {
  const results = await Promise.all(
    level.views.map((view) => faceEngine.detect({ image, view: turn === 0 ? view : { ...view, turn } })),
  );
  return results.flatMap(({ detections }) => detections.map((detection) => ({ detection, level })));
}

/** One candidate per face: the one whose view suits it best. */
export function joined(candidates: readonly Candidate[], { quality, detector }: PhotoSearch): Candidate[] {
  const strain = new Map(candidates.map((candidate) => [candidate, strainOf(candidate, detector)]));
  const byView = [...candidates].sort(
    (a, b) => (strain.get(a) ?? 0) - (strain.get(b) ?? 0) || b.detection.score - a.detection.score,
  );
  const kept: Candidate[] = [];
  for (const candidate of byView) {
    const rivals = kept.filter(({ detection }) => isSameFace(detection.box, candidate.detection.box));
    const isWhole = (part: Candidate) =>
      area(candidate.detection.box) > 2 * area(part.detection.box) &&
      candidate.detection.score > part.detection.score - MUCH_WORSE &&
      isPlausible(candidate.detection, quality);
    if (!rivals.every(isWhole)) continue;
    for (const part of rivals) kept.splice(kept.indexOf(part), 1);
    kept.push(candidate);
  }
  return kept;
}

/** How badly a view suits a face: 0 at the scale of a frame, more with every doubling, most beyond the reach of the detector. */
function strainOf({ detection, level }: Candidate, { reach: [smallest, largest] }: DetectorRange): number {
  const px = Math.sqrt(area(detection.box)) * level.scale;
  const beyond = px < smallest || px > largest ? 10 : 0;
  return beyond + Math.abs(Math.log2(level.zoom));
}

/**
 * Looks at a face again, in a view of its surroundings in which it has a size that suits every detector.
 *
 * @param px that size, px of the input
 * @returns the face as that view shows it, turned by `turn`; null when that shows nothing in its place
 * @throws SpotterError of the worker pool
 */
export async function lookClosely(
  faceEngine: PhotoFaceEngine,
  image: Image,
  { box }: Detection,
  turn: Turn,
  px: number,
): Promise<Detection | null> {
  const { detections } = await faceEngine.detect({ image, view: closeView(box, turn, px) });
  return faceInPlace(detections, box);
}

/** Whether a closer look shows a face in the same place. @throws SpotterError of the worker pool */
async function isConfirmed(
  faceEngine: PhotoFaceEngine,
  image: Image,
  detection: Detection,
  limits: QualityLimits,
): Promise<boolean> {
  const face = await lookClosely(faceEngine, image, detection, 0, CLOSE_PX[0]);
  return face !== null && isPlausible(face, limits);
}

/** Whether a detection can be a face at all, however bad the view. */
export function isPlausible(detection: Detection, limits: QualityLimits): boolean {
  const reason = failedLimit(geometricQuality(detection), limits);
  return reason !== 'low_score' && reason !== 'bad_landmarks';
}
