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
        'Longest side in px of the copy on which faces are searched, 128 to 2048 in steps of 32. Larger finds smaller faces, at a cost that grows with the square. Models of a fixed input ignore it.',
      ),
    minScore: probability
      .nullable()
      .default(null)
      .describe("Lowest detection score that counts as a face, 0..1; null: the model's own."),
    maxIou: probability
      .default(0.4)
      .describe('Of boxes that overlap by more than this (intersection over union, 0..1) the best stays.'),
  })
  .prefault({})
  .describe('Finding faces.');

/** Schema of `quality`. */
export const quality = z
  .strictObject({
    minSizePx: z
      .number()
      .min(8)
      .max(1000)
      .default(32)
      .describe('Shorter side of the face box in px of the video, 8 to 1000.'),
    minScore: probability.default(0.6).describe('Detection score, 0..1.'),
    maxYawDeg: z.number().min(0).max(90).default(72).describe('Turn to the side in degrees, 0 to 90.'),
    maxPitchDeg: z.number().min(0).max(90).default(60).describe('Turn up or down in degrees, 0 to 90.'),
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
      .describe('Fine contrast relative to the whole, 0 to 10; 0.02 is a spot, 0.1 a crisp face.'),
  })
  .prefault({})
  .describe('What a face must reach to be judged; one that fails is "unusable", with the reason.');

/** Schema of `match`. */
export const match = z
  .strictObject({
    threshold: cosine
      .nullable()
      .default(null)
      .describe("Cosine similarity from which a face is a known person, -1..1; null: the model's own."),
    margin: cosineDifference
      .nullable()
      .default(null)
      .describe(
        'How much better than anybody else the person must be, 0..2, else "ambiguous"; null: the model\'s own.',
      ),
  })
  .prefault({})
  .describe('Naming faces.');

/** Schema of `track`. */
export const track = z
  .strictObject({
    startScore: probability
      .default(0.6)
      .describe('Detection score from which a face is followed, 0..1; once followed, less will do.'),
    minIou: probability
      .default(0.3)
      .describe('Overlap (intersection over union, 0..1) of a face with where it is expected.'),
    graceMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(1000)
      .describe('A face unseen for longer has left, in ms, 0 to 60000.'),
    confirmLooks: z
      .int()
      .min(1)
      .max(20)
      .default(2)
      .describe('Looks that must agree on a person before the name is told, 1 to 20.'),
    sureBy: cosineDifference
      .default(0.1)
      .describe('One look is enough when its similarity exceeds the threshold by this much, 0..2.'),
    unknownAfterMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(3000)
      .describe('A face without one really good look is called unknown after this many ms, 0 to 60000.'),
    lookEveryMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(100)
      .describe('A face without a verdict is looked at this often, in ms, 0 to 60000.'),
    relookEveryMs: z
      .int()
      .min(0)
      .max(600_000)
      .default(2000)
      .describe(
        'A face with a verdict is looked at again this often, in ms, 0 to 600000, and when a clearly better view comes.',
      ),
    sameFace: cosine
      .default(0.3)
      .describe(
        'Two looks less similar than this, where the picture jumped between them, are two people, -1..1.',
      ),
  })
  .prefault({})
  .describe('Following a face from frame to frame.');
