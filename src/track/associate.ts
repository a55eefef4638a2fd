import type { Box } from '../core/geometry.js';
import { apart, iou, isOneSize, side } from '../face/box.js';
import type { Detection } from '../face/detection.js';
import { assign } from './assign.js';
import { contest } from './contest.js';
import { boxOf, type Motion, predict, spread } from './kalman.js';
import { isCertain } from './lifetime.js';
import type { Track, TrackPolicy } from './state.js';

/** A track, and where its face is expected in a frame. */
export interface Expected {
  track: Track;
  /** Predicted for the frame's time. */
  motion: Motion;
}

/** The track that a detection continues, and whether that is open to doubt. */
export interface Association extends Expected {
  /** Overlap of the face with where it was expected, 0..1. */
  overlap: number;
  /** Another track or another detection would have fitted nearly as well. */
  contested: boolean;
  /** It is where expected, but so might be a neighbour: one beside it has gone, come or jumped. See {@link contest}. */
  beside: boolean;
}

/** A pair by distance alone scores at most this, less than any pair that overlaps enough. */
const BY_PLACE = 0.5;
/** How far off a face may be, in standard deviations of its prediction; in face sizes, at least and at most. */
const MAX_SPREADS = 2.5;
const REACH_SIZES = { least: 0.5, most: 1.5 };
/** Uncertain detections continue a track for this long, ms: what stays in the place of somebody who has left is no face. */
const UNCERTAIN_MS = 10_000;
/** Scores that differ by less are too close to call without looking at the faces. */
const CONTEST = 0.2;

/**
 * Finds the track that each detection of a frame continues: first for certain detections, then, with the tracks left over,
 * for uncertain ones, so that a face half hidden is not lost. Source: Zhang et al., "ByteTrack", ECCV 2022.
 *
 * Detections that overlap with where the face is expected come first. At a low frame rate a face may be beside its last place
 * without overlap; then its distance decides, relative to how uncertain the prediction is.
 *
 * @param timeMs media time of the frame
 * @returns by index of the detection; without those that continue no track
 */
export function associate(
  tracks: readonly Track[],
  detections: readonly Detection[],
  timeMs: number,
  policy: Pick<TrackPolicy, 'startScore' | 'minIou'>,
): Map<number, Association> {
  const expected = tracks.map(
    (track): Expected => ({
      track,
      motion: predict(track.motion, timeMs - track.lastSeenMs),
    }),
  );
  const indices = detections.map((_, index) => index);
  const high = indices.filter((index) => isCertain(detections[index], policy));
  const low = indices.filter((index) => !isCertain(detections[index], policy));
  const owners = new Map<number, Association>();
  let free = expected;
  for (const group of [high, low]) {
    if (group.length === 0) continue;
    if (group === low) free = free.filter(({ track }) => timeMs - track.certain.lastMs <= UNCERTAIN_MS);
    const scores = free.map(({ motion, track }) =>
      group.map((index) => pairScore(motion, track.detection.box, detections[index].box, policy.minIou)),
    );
    const columns = assign(scores, group.length);
    for (const [row, column] of columns.entries()) {
      if (column < 0) continue;
      const { track, motion } = free[row];
      const index = group[column];
      owners.set(index, {
        track,
        motion,
        overlap: iou(boxOf(motion), detections[index].box),
        contested: isContested(scores, row, column),
        beside: false,
      });
    }
    free = free.filter((_, row) => columns[row] < 0);
  }
  const news = high.filter((index) => !owners.has(index));
  return contest(expected, detections, owners, news);
}

/** How well a face fits where it is expected; 0 where it cannot be. */
function pairScore(motion: Motion, last: Box, found: Box, minIou: number): number {
  const predicted = boxOf(motion);
  const overlap = iou(predicted, found);
  if (overlap > 0 && overlap >= minIou) return BY_PLACE + overlap;
  if (!isOneSize(predicted, found)) return 0;
  const size = Math.sqrt(side(predicted) * side(found));
  // Somebody who turns round on the spot is at the last place, not at the predicted one.
  const distance = Math.min(apart(predicted, found), apart(last, found));
  const { least, most } = REACH_SIZES;
  const reach = Math.min(Math.max(MAX_SPREADS * spread(motion), least * size), most * size);
  return distance < reach ? BY_PLACE * (1 - distance / reach) : 0;
}

function isContested(scores: readonly (readonly number[])[], row: number, column: number): boolean {
  const chosen = scores[row][column];
  const isClose = (score: number) => score > 0 && score > chosen - CONTEST;
  return (
    scores[row].some((score, other) => other !== column && isClose(score)) ||
    scores.some((others, other) => other !== row && isClose(others[column]))
  );
}
