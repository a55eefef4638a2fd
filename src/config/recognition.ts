import { z } from 'zod';

/** Settings that decide which faces are found, followed, judged and named. */

const probability = z.number().min(0).max(1);
/** A cosine similarity, -1..1. */
export const cosine = z.number().min(-1).max(1);
/** The difference of two cosine similarities, 0..2. */
export const cosineDifference = z.number().min(0).max(2);

/** Schema of `detection`. */
export const detection = z
  .strictObject({
    longestSide: z
      .int()
      .min(128)
      .max(2048)
      .multipleOf(32)
      .default(640)
      .describe(
        'Longest side of the copy that the detector searches, in px, 128 to 2048 in steps of 32. A larger copy finds smaller faces, at a cost that grows with the square. Models of a fixed input size ignore it.',
      ),
    minScore: probability
      .nullable()
      .default(null)
      .describe(
        "Lowest detection score of a face, 0..1, also of one that continues a track; null: the model's own scores for both.",
      ),
    maxIou: probability
      .default(0.4)
      .describe(
        'Of boxes that overlap by more than this (intersection over union, 0..1), only the best is kept.',
      ),
  })
  .prefault({})
  .describe('Face detection.');

/** Schema of `quality`. */
export const quality = z
  .strictObject({
    minSizePx: z
      .number()
      .min(8)
      .max(1000)
      .default(24)
      .describe('Shorter side of the face box, in px of the video, 8 to 1000.'),
    minScore: probability.default(0.6).describe('Detection score, 0..1.'),
    maxYawDeg: z.number().min(0).max(90).default(72).describe('Turn to the side, in degrees, 0 to 90.'),
    maxPitchDeg: z.number().min(0).max(90).default(60).describe('Turn up or down, in degrees, 0 to 90.'),
    maxFlatness: z
      .number()
      .min(0.1)
      .max(10)
      .default(1)
      .describe(
        'How wide and low the landmarks lie, 0.1 to 10; faces have 0.3 to 1, medals and buttons more.',
      ),
    minSharpness: z
      .number()
      .min(0)
      .max(10)
      .default(0.045)
      .describe(
        'Fine contrast relative to overall contrast, 0 to 10; 0.02 is a blurred spot, 0.1 a crisp face.',
      ),
  })
  .prefault({})
  .describe('Limits for a usable face; one that fails is "unusable", with the reason.');

/** Schema of `match`. */
export const match = z
  .strictObject({
    falseNames: z
      .number()
      .min(0.000001)
      .max(0.1)
      .default(0.001)
      .describe(
        'Accepted odds that a name is wrong, 0.000001 to 0.1: at 0.001, and with the usual prior, one visit of a stranger in 500 gets a name, whatever the size of the gallery.',
      ),
    prior: z
      .number()
      .min(0.01)
      .max(0.99)
      .default(0.67)
      .describe(
        'How often a face that comes by is of somebody in the gallery, 0.01 to 0.99; lower it where mostly strangers pass.',
      ),
    threshold: cosine
      .nullable()
      .default(null)
      .describe(
        'Fixed cosine similarity from which a face is a known person, -1..1, in place of the odds; null: the odds decide.',
      ),
    margin: cosineDifference
      .nullable()
      .default(null)
      .describe(
        'Required lead over the next person, 0..2, else "ambiguous"; null: the odds decide, or with a threshold, the model\'s own.',
      ),
  })
  .prefault({})
  .describe('Matching.');

/** Schema of `track`. */
export const track = z
  .strictObject({
    startScore: probability
      .default(0.6)
      .describe(
        'Detection score that starts a track, 0..1, at least the lowest of a face; a lower score may continue one.',
      ),
    minIou: probability
      .default(0.3)
      .describe(
        'Overlap with the predicted position (intersection over union, 0..1) that continues a track.',
      ),
    graceMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(1000)
      .describe('A track unseen for longer has left, in ms, 0 to 60000.'),
    reconnectMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(5000)
      .describe(
        'A track goes on when its live camera was away for at most this long, in ms, 0 to 60000; 0: never.',
      ),
    confirmLooks: z
      .int()
      .min(1)
      .max(20)
      .default(2)
      .describe('Looks that must agree on a person before the name is published, 1 to 20.'),
    sureBy: cosineDifference
      .default(0.1)
      .describe('A single look is enough if its similarity exceeds the threshold by this much, 0..2.'),
    unknownAfterMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(3000)
      .describe('A face without a good look is reported as unknown after this time, in ms, 0 to 60000.'),
    lookEveryMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(100)
      .describe('Time between looks at a face without a verdict, in ms, 0 to 60000.'),
    relookEveryMs: z
      .int()
      .min(0)
      .max(600_000)
      .default(2000)
      .describe(
        'Time between looks at a face with a verdict, in ms, 0 to 600000; a clearly better view gets one earlier.',
      ),
    sameFace: cosine
      .default(0.3)
      .describe('Faces less similar than this across a jump of the picture are two people, -1..1.'),
  })
  .prefault({})
  .describe(
    'Tracking: following a face from frame to frame. A look is a close examination: crop, embed, compare.',
  );
