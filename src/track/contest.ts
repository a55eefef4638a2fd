import type { Box } from '../core/geometry.js';
import { apart, isOneSize } from '../face/box.js';
import type { Detection } from '../face/detection.js';
import type { Association, Expected } from './associate.js';
import { boxOf, spread } from './kalman.js';

/** With less overlap, a face is not where its track is expected. */
const SETTLED_IOU = 0.5;
/** A face may be this many standard deviations from where its track is expected. */
const POSSIBLE_SPREADS = 2.5;

/**
 * Marks the associations that only their place speaks for. Where people walk side by side and a frame shows them a step
 * further on, each face is where the neighbour was expected: the one behind is left over, and so is the place in front. So
 * an association is marked if a track without a face could have its face, or if a face without a track could be its own,
 * and so is the next one beside a marked one. Where everybody is where expected, nothing is.
 *
 * @param expected every track that was compared
 * @param owners the associations, by index of the detection
 * @param news indices of the detections that begin a track
 * @returns the associations, some of them marked as `beside`
 */
export function contest(
  expected: readonly Expected[],
  detections: readonly Detection[],
  owners: ReadonlyMap<number, Association>,
  news: readonly number[],
): Map<number, Association> {
  const found = new Set([...owners.values()].map(({ track }) => track));
  // One that was missed before has had its turn, in the frame in which it was missed first.
  const tracks = expected.filter(({ track }) => track.missed === 0 && !found.has(track));
  const faces = news.map((index) => detections[index].box);
  const settled = new Map(owners);
  for (const [index, { track, motion, overlap }] of owners) {
    if (overlap >= SETTLED_IOU) continue;
    settled.delete(index);
    tracks.push({ track, motion });
    faces.push(detections[index].box);
  }
  const result = new Map(owners);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [index, pair] of settled) {
      const { box } = detections[index];
      if (!tracks.some((other) => isPossible(other, box)) && !faces.some((other) => isPossible(pair, other)))
        continue;
      settled.delete(index);
      result.set(index, { ...pair, beside: true });
      tracks.push(pair);
      faces.push(box);
      changed = true;
    }
  }
  return result;
}

/** Whether a track's face could have come to a place since it was last seen. */
function isPossible({ track, motion }: Expected, box: Box): boolean {
  const predicted = boxOf(motion);
  const distance = Math.min(apart(predicted, box), apart(track.detection.box, box));
  return isOneSize(predicted, box) && distance <= POSSIBLE_SPREADS * spread(motion);
}
