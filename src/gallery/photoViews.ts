import type { Size } from '../core/geometry.js';
import type { View } from '../image/fit.js';

/** What the search of a photo must know of the detector. */
export interface DetectorRange {
  /** Sizes of the faces that it finds whole, with good landmarks: smallest and largest, px of its input. */
  reach: readonly [smallest: number, largest: number];
  /** Longest side of its input as it searches frames, px. */
  longestSide: number;
}

/** The views that together show a whole photo at one scale. */
export interface Level {
  /** Input px per photo px. */
  scale: number;
  /** The scale relative to that of a frame. */
  zoom: number;
  views: View[];
}

/** Blank margin of the coarser levels, as a fraction of the longest side, for faces that fill the photo and more. */
const MARGIN = 0.25;
/** The largest face of a photo, which may be cut by its edges, as a fraction of its longest side. */
const FILLING = 1.3;
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
  const region = {
    x1: -MARGIN * side,
    y1: -MARGIN * side,
    x2: photo.width + MARGIN * side,
    y2: photo.height + MARGIN * side,
  };
  for (let zoom = 1; zoom * longestSide * FILLING > reach[1] && zoom > 1 / 8; ) {
    zoom /= 2;
    const views = [{ region, longestSide: zoom * longestSide * (1 + 2 * MARGIN) }];
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
