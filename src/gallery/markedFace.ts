import { type FaceMark, type LookedFace, placed } from '../face/faceMark.js';
import { facePattern, isSamePattern } from '../face/facePattern.js';
import type { Image } from '../image/image.js';

/**
 * The face that a picture is marked with, px; null when the mark does not fit, because the picture was cropped, turned or exchanged
 * since.
 *
 * @param image rgb24
 */
export function markedFace(image: Image, mark: FaceMark): LookedFace | null {
  const face = placed(mark, image);
  const pattern = facePattern(image, face.aligned);
  return pattern && isSamePattern(pattern, mark.pattern) ? face : null;
}
