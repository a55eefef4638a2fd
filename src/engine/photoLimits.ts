import type { Config } from '../config/schema.js';
import type { EnrolLimits } from '../gallery/enrol.js';
import type { Prepared } from '../models/prepare.js';

/** Where a closer look confirms a face, its landmarks may lie this much flatter: the box of a cropped portrait is low. */
const CONFIRMED_FLATNESS = 1.2;

/** What the face of a gallery photo must fulfil, with these settings and models. */
export function photoLimitsOf(
  { quality, photos }: Pick<Config, 'quality' | 'photos'>,
  { settings, photoSharpness }: Pick<Prepared, 'settings' | 'photoSharpness'>,
): EnrolLimits {
  const { reach, longestSide } = settings.detector;
  return {
    quality: { ...quality, maxFlatness: CONFIRMED_FLATNESS * quality.maxFlatness },
    minDominance: photos.minDominance,
    minSharpness: Math.max(quality.minSharpness, photoSharpness),
    detector: { reach, longestSide },
  };
}
