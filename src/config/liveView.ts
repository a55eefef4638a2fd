import { z } from 'zod';

/** The keys below `live`. */
export const live = z
  .strictObject({
    maxWidth: z
      .int()
      .min(64)
      .max(8192)
      .default(1280)
      .describe('Scale wider pictures down to this width, in px, 64 to 8192.'),
    quality: z.int().min(1).max(100).default(70).describe('JPEG quality, 1 to 100.'),
    maxFps: z
      .number()
      .min(0.1)
      .max(60)
      .default(10)
      .describe('Most pictures per second and camera, 0.1 to 60.'),
  })
  .prefault({})
  .describe('Pictures for those who watch: made only while somebody does, and never stored.');
