import type { Box, Size } from '../core/geometry.js';
import { area, isSameFace } from './box.js';
import type { Detection } from './detection.js';
import { failedLimit, geometricQuality, type QualityLimits } from './quality.js';

/** Sizes of the faces that a detector finds whole, with good landmarks: smallest and largest, px of its input. */
export type Reach = readonly [smallest: number, largest: number];

/** How large an image is shown to the detector. */
export interface Scale {
  /** Input px per image px. */
  scale: number;
  /** The scale relative to that of a frame. */
  zoom: number;
}

/** A face that one of the scales shows. */
export interface Candidate<S extends Scale = Scale> {
  detection: Detection;
  level: S;
}

/** Blank margin of the coarser scales, as a fraction of the longest side, for faces that fill the image and more. */
const MARGIN = 0.25;
/** Longest side of an image with that margin, in longest sides of the image. */
export const WITH_MARGIN = 1 + 2 * MARGIN;
/** The largest face of an image, which may be cut by its edges, as a fraction of a side of the image. */
export const FILLING = 1.3;
/** A larger box around another one is the face, and the other one a part of it, unless its score is this much worse. */
const MUCH_WORSE = 0.15;

/** An image with a margin around it, image px. */
export function surroundings({ width, height }: Size): Box {
  const margin = MARGIN * Math.max(width, height);
  return { x1: -margin, y1: -margin, x2: width + margin, y2: height + margin };
}

/** One candidate per face: the one whose scale suits it best. */
export function joined<C extends Candidate>(
  candidates: readonly C[],
  reach: Reach,
  limits: QualityLimits,
): C[] {
  const strain = new Map(candidates.map((candidate) => [candidate, strainOf(candidate, reach)]));
  const byScale = [...candidates].sort(
    (a, b) => (strain.get(a) ?? 0) - (strain.get(b) ?? 0) || b.detection.score - a.detection.score,
  );
  const kept: C[] = [];
  for (const candidate of byScale) {
    const rivals = kept.filter(({ detection }) => isSameFace(detection.box, candidate.detection.box));
    const isWhole = (part: C) =>
      area(candidate.detection.box) > 2 * area(part.detection.box) &&
      candidate.detection.score > part.detection.score - MUCH_WORSE &&
      isPlausible(candidate.detection, limits);
    if (!rivals.every(isWhole)) continue;
    for (const part of rivals) kept.splice(kept.indexOf(part), 1);
    kept.push(candidate);
  }
  return kept;
}

/** How badly a scale suits a face: 0 for that of a frame, more with every doubling, most beyond the reach of the detector. */
function strainOf({ detection, level }: Candidate, [smallest, largest]: Reach): number {
  const px = sizeAt(detection.box, level.scale);
  const beyond = px < smallest || px > largest ? 10 : 0;
  return beyond + Math.abs(Math.log2(level.zoom));
}

/** The size of a face as reach measures it: square root of the area of its box, px of the input. */
export function sizeAt(box: Box, scale: number): number {
  return Math.sqrt(area(box)) * scale;
}

/** Whether a detection can be a face at all, however bad the view. */
export function isPlausible(detection: Detection, limits: QualityLimits): boolean {
  const reason = failedLimit(geometricQuality(detection), limits);
  return reason !== 'low_score' && reason !== 'bad_landmarks';
}
