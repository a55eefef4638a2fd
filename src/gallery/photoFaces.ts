import { CLOSE_PX, closeView, faceInPlace } from '../face/closeView.js';
import type { Detection, Landmarks } from '../face/detection.js';
import type { QualityLimits } from '../face/quality.js';
import { type Candidate, isPlausible, joined } from '../face/scales.js';
import type { Refinement } from '../face/uprightViews.js';
import type { Turn, View } from '../image/fit.js';
import type { Image } from '../image/image.js';
import type { Detected, Looked } from '../worker/protocol.js';
import { type DetectorRange, type Level, photoLevels } from './photoViews.js';

/** What the gallery needs of the worker pool; both reject with the SpotterErrors of the pool. */
export interface PhotoFaceEngine {
  detect(task: { image: Image; view?: View }): Promise<Pick<Detected, 'detections'>>;
  look(task: {
    image: Image;
    faces: Landmarks[];
    refinement: Refinement;
    minSharpness: number;
    gallery: null;
  }): Promise<Looked>;
}

/** How photos are searched. */
export interface PhotoSearch {
  quality: QualityLimits;
  detector: DetectorRange;
}

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
  let found: Candidate<Level>[] = [];
  for (const level of photoLevels(image, search.detector)) {
    const more = await searchLevel(faceEngine, image, level, 0);
    found = joined([...found, ...more], search.detector.reach, search.quality);
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
): Promise<Candidate<Level>[]> {
  const results = await Promise.all(
    level.views.map((view) => faceEngine.detect({ image, view: turn === 0 ? view : { ...view, turn } })),
  );
  return results.flatMap(({ detections }) => detections.map((detection) => ({ detection, level })));
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
