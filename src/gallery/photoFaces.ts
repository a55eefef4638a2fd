import type { Detection, Landmarks } from '../face/detection.js';
import { failedLimit, geometricQuality, type QualityLimits } from '../face/quality.js';
import type { Image } from '../image/image.js';
import type { Detected, Looked } from '../worker/protocol.js';

/** What the gallery needs of the worker pool; both reject with the SpotterErrors of the pool. */
export interface PhotoFaceEngine {
  detect(task: { image: Image; border: number }): Promise<Detected>;
  look(task: { image: Image; faces: Landmarks[]; minSharpness: number; gallery: null }): Promise<Looked>;
}

/** Detectors miss a face that fills over two fifths of the picture, so it is shown again with a border around it. */
const BORDERS = [0, 0.5, 1];

/**
 * Finds the faces of a photo, in image px, best score first. Takes up to three detections, more than a frame is worth.
 *
 * @returns the faces of the first detection with a plausible one; else of the first detection that found any
 * @throws SpotterError of the worker pool
 */
export async function findFaces(
  faceEngine: PhotoFaceEngine,
  image: Image,
  limits: QualityLimits,
): Promise<Detection[]> {
  let fallback: Detection[] = [];
  for (const border of BORDERS) {
    const { detections } = await faceEngine.detect({ image, border });
    if (detections.some((detection) => isPlausible(detection, limits))) return detections;
    if (fallback.length === 0) fallback = detections;
  }
  return fallback;
}

/** Whether a detection can be a face at all, however bad the view. */
export function isPlausible(detection: Detection, limits: QualityLimits): boolean {
  const reason = failedLimit(geometricQuality(detection), limits);
  return reason !== 'low_score' && reason !== 'bad_landmarks';
}
