import type { Detection } from '../face/detection.js';
import {
  failedBeforeLook,
  failedLimit,
  type LookedAt,
  lookedQuality,
  type Quality,
  type QualityLimits,
} from '../face/quality.js';
import type { LookResult } from '../track/state.js';
import type { Look } from '../worker/protocol.js';
import type { People } from './frame.js';

/** The result of a look that has not been taken: it stays as it is where the face is not worth one. */
export function beforeLook(trackNumber: number, quality: Quality, limits: QualityLimits): LookResult {
  const unusable = failedBeforeLook(quality, limits);
  return { trackNumber, quality, unusable, embedding: null, match: null, combined: null };
}

/** Fills in what a look shows of a face, unless it fails a limit. @param look with landmarks in px of the detection */
export function fillIn(
  result: LookResult,
  detection: Detection,
  look: LookedAt & Pick<Look, 'embedding' | 'nearest' | 'together'>,
  { limits, people }: { limits: QualityLimits; people: Pick<People, 'toMatch'> },
): void {
  result.quality = lookedQuality(detection, look, limits);
  result.unusable = failedLimit(result.quality, limits) ?? (look.embedding ? null : 'bad_landmarks');
  if (result.unusable !== null) return;
  result.embedding = look.embedding;
  result.match = look.nearest && people.toMatch(look.nearest);
  result.combined = look.together && people.toMatch(look.together);
}
