import { z } from 'zod';

/** Schema of `review`. */
export const review = z
  .strictObject({
    tracks: z
      .int()
      .min(0)
      .max(2000)
      .default(200)
      .describe('Faces kept, one per track, the last ones; 0 to 2000, 0 keeps none.'),
    minutes: z
      .int()
      .min(0)
      .max(1440)
      .default(30)
      .describe('Minutes for which each is kept after it was last seen, 0 to 1440; 0 keeps none.'),
  })
  .prefault({})
  .describe('Recent faces, in memory only: for "who is this?".');

/** Whether recent faces are kept at all. */
export function isReviewed({ tracks, minutes }: z.output<typeof review>): boolean {
  return tracks > 0 && minutes > 0;
}
