import type { Quality } from '../face/quality.js';

/** A look at a face as JPEGs. */
export interface Pictures {
  /** The whole frame, scaled down, with the box of the face drawn in; null where snapshots are off. */
  frame: Uint8Array | null;
  /** The face with a margin, and a mark that says where in it the face is. */
  face: Uint8Array;
  /** How well the look shows the face. */
  quality: Quality;
}
