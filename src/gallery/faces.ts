import type { Detection, Image, Landmarks } from '../types.js';
import type { Detected, Looked } from '../worker/protocol.js';

/** What photos need of the worker pool. */
export interface PhotoEyes {
  detect(task: { image: Image; border: number }): Promise<Detected>;
  look(task: { image: Image; faces: Landmarks[]; minSharpness: number; gallery: null }): Promise<Looked>;
}

/** Detectors miss a face that fills over two fifths of the picture: then it is shown again with a border around it. */
const BORDERS = [0, 0.5, 1];

/** The faces of a photo in image px, best score first; tries harder than a video frame is worth. */
export async function findFaces(eyes: PhotoEyes, image: Image): Promise<Detection[]> {
  for (const border of BORDERS) {
    const { detections } = await eyes.detect({ image, border });
    if (detections.length > 0) return detections;
  }
  return [];
}
