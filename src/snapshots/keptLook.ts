import type { Box, Size } from '../core/geometry.js';
import type { LookedFace } from '../face/faceMark.js';
import type { Quality } from '../face/quality.js';
import type { Area } from '../image/crop.js';
import type { Image } from '../image/image.js';

/** A look at a tracked face. */
export interface TrackLook {
  /** The track's id. */
  track: string;
  /** In px of the frame. */
  face: LookedFace;
  /** Includes the sharpness if the look was good enough to measure it. */
  quality: Quality;
}

/** A look that is kept: the face, and the frame or the part of it around the face. */
export interface KeptLook extends Omit<TrackLook, 'track'> {
  /** Of the frame, px. */
  frame: Size;
  /** What of the frame the image shows. */
  area: Area;
  image: Image;
}

/**
 * Margin around the face on each side, as a fraction of its size: with it, a search finds the face again as the frame showed it,
 * and the aligned face lies inside however much it is tilted.
 */
const MARGIN = 0.8;

/** The face with its margin, clipped to the frame; whole px, at least one. */
export function aroundFace({ x1, y1, x2, y2 }: Box, { width, height }: Size): Area {
  const mx = (x2 - x1) * MARGIN;
  const my = (y2 - y1) * MARGIN;
  const left = clamp(Math.floor(x1 - mx), 0, width - 1);
  const top = clamp(Math.floor(y1 - my), 0, height - 1);
  const right = clamp(Math.ceil(x2 + mx), left + 1, width);
  const bottom = clamp(Math.ceil(y2 + my), top + 1, height);
  return { left, top, width: right - left, height: bottom - top };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
