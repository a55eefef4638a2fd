import type { Size } from '../core/geometry.js';
import { FILLING, type Reach, type Scale, surroundings, WITH_MARGIN } from '../face/scales.js';
import type { View } from '../image/fit.js';

/** What the search of a photo must know of the detector. */
export interface DetectorRange {
  reach: Reach;
  /** Longest side of its input as it searches frames, px. */
  longestSide: number;
}

/** The views that together show a whole photo at one scale. */
export interface Level extends Scale {
  views: View[];
}

/** Photos larger than a frame in the detector's input by this are also searched in parts of twice the scale. */
const FINER_FROM = 1.5;
/** Each part covers this fraction of both sides, so that the parts overlap. */
const PART = 0.55;

/**
 * The levels at which a photo is searched, coarsest first. At the coarsest, a face that fills the photo is within the reach of
 * the detector; enlarged to the whole input, it would be too large, and parts of it would pass for faces.
 */
export function photoLevels(photo: Size, { reach, longestSide }: DetectorRange): Level[] {
  const side = Math.max(photo.width, photo.height);
  const levels: Level[] = [{ scale: longestSide / side, zoom: 1, views: [{}] }];
  const region = surroundings(photo);
  for (let zoom = 1; zoom * longestSide * FILLING > reach[1] && zoom > 1 / 8; ) {
    zoom /= 2;
    const views = [{ region, longestSide: zoom * longestSide * WITH_MARGIN }];
    levels.unshift({ scale: (zoom * longestSide) / side, zoom, views });
  }
  if (side > FINER_FROM * longestSide)
    levels.push({ scale: longestSide / side / PART, zoom: 1 / PART, views: partsOf(photo) });
  return levels;
}

function partsOf({ width, height }: Size): View[] {
  const starts = [0, 1 - PART];
  return starts.flatMap((y) =>
    starts.map((x) => ({
      region: { x1: x * width, y1: y * height, x2: (x + PART) * width, y2: (y + PART) * height },
    })),
  );
}
