import { z } from 'zod';
import { declaredModel } from '../models/entry.js';
import { camera } from './camera.js';

/**
 * The one owner of every key: its default, range, unit and description. config.yaml, `config schema` and
 * docs/configuration.md follow it.
 */

const probability = z.number().min(0).max(1);
const cosine = z.number().min(-1).max(1);

/** A time, with its unit and range in its description. */
function milliseconds(least: number, most: number, value: number, what: string) {
  return z.int().min(least).max(most).default(value).describe(`${what}, in ms, ${least} to ${most}.`);
}

export const schema = z
  .strictObject({
    cameras: z.array(camera).max(64).default([]).describe('The cameras to watch, up to 64.'),
    gallery: z
      .string()
      .min(1)
      .default('gallery')
      .describe('Folder of the people to know: <person>/*.jpg or <person>.jpg; jpg, jpeg, png and webp.'),
    detector: z
      .string()
      .default('spotter-det')
      .describe('Face detector, by its id; "spotter models list" shows them all.'),
    embedder: z.string().default('spotter-embed').describe('Face embedder, by its id.'),
    models: z
      .strictObject({
        folder: z
          .string()
          .min(1)
          .default('models')
          .describe(
            "Searched for model files after --models and SPOTTER_MODELS; the package's own models/ comes last.",
          ),
        declared: z
          .array(declaredModel)
          .default([])
          .describe('Models that the catalogue does not know; see docs/models.md.'),
      })
      .prefault({})
      .describe('Where models are, and which ones there are beside the catalogue.'),
    data: z
      .string()
      .min(1)
      .default('data')
      .describe('Folder for what spotter keeps: the cache of photo embeddings. Readable by the owner only.'),
    http: z
      .strictObject({
        host: z
          .string()
          .min(1)
          .default('127.0.0.1')
          .describe(
            'Address to listen on. There is no login yet: leave it on loopback unless the network is trusted.',
          ),
        port: z.int().min(0).max(65535).default(8480).describe('TCP port, 0 to 65535; 0 takes any free one.'),
        allowedOrigins: z
          .array(z.url())
          .default([])
          .describe(
            'Web pages, by origin (https://dash.example), that may open /ws from a browser. Pages on this machine always may.',
          ),
      })
      .prefault({})
      .describe('WebSocket, health and metrics.'),
    workers: z
      .int()
      .min(1)
      .max(64)
      .nullable()
      .default(null)
      .describe('Threads that run the networks, 1 to 64, each with its own copy of them; null: one a core.'),
    video: z
      .strictObject({
        maxWidth: z
          .int()
          .min(64)
          .max(8192)
          .default(3840)
          .describe('Wider pictures are scaled down to this many px while decoding, 64 to 8192.'),
      })
      .prefault({})
      .describe('Decoding.'),
    detection: z
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
          .describe(
            'Of boxes that overlap by more than this (intersection over union, 0..1) the best stays.',
          ),
      })
      .prefault({})
      .describe('Finding faces.'),
    quality: z
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
      .describe('What a face must reach to be judged; one that fails is "unusable", with the reason.'),
    match: z
      .strictObject({
        threshold: cosine
          .nullable()
          .default(null)
          .describe("Cosine similarity from which a face is a known person, -1..1; null: the model's own."),
        margin: z
          .number()
          .min(0)
          .max(2)
          .nullable()
          .default(null)
          .describe(
            'How much better than anybody else the person must be, 0..2, else "ambiguous"; null: the model\'s own.',
          ),
      })
      .prefault({})
      .describe('Naming faces.'),
    track: z
      .strictObject({
        startScore: probability
          .default(0.6)
          .describe('Detection score from which a face is followed, 0..1; once followed, less will do.'),
        minIou: probability
          .default(0.3)
          .describe('Overlap (intersection over union, 0..1) of a face with where it was a frame ago.'),
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
        sureBy: z
          .number()
          .min(0)
          .max(2)
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
            'A face with a verdict is looked at again this often, in ms, 0 to 600000, to notice a change of person.',
          ),
        sameFace: cosine
          .default(0.3)
          .describe(
            'Two looks less similar than this, where the picture jumped between them, are two people, -1..1.',
          ),
      })
      .prefault({})
      .describe('Following a face from frame to frame.'),
    photos: z
      .strictObject({
        maxMegapixels: z
          .number()
          .min(1)
          .max(500)
          .default(100)
          .describe('Larger photos are refused, in million px, 1 to 500.'),
        minDominance: z
          .number()
          .min(1)
          .max(100)
          .default(2)
          .describe(
            'A gallery photo of several faces is used only when the largest has this many times the area of the next, 1 to 100.',
          ),
      })
      .prefault({})
      .describe('Gallery photos.'),
    watchdog: z
      .strictObject({
        connectMs: milliseconds(
          1000,
          120_000,
          10_000,
          'A camera that shows nothing within this is unreachable',
        ),
        frameAgeMs: milliseconds(
          1000,
          120_000,
          8000,
          'A live camera without a new frame for this long has stalled',
        ),
        firstBackoffMs: milliseconds(
          100,
          60_000,
          1000,
          'Wait before the second attempt; it doubles each time',
        ),
        maxBackoffMs: milliseconds(1000, 600_000, 30_000, 'Longest wait between two attempts'),
        healthyMs: milliseconds(1000, 600_000, 30_000, 'After working this long the waits begin anew'),
        authRetryMs: milliseconds(
          1000,
          3_600_000,
          60_000,
          'Wait after a refused password, up to five times this; cameras lock out who asks too often',
        ),
      })
      .prefault({})
      .describe('When a live camera counts as gone, and how it is tried again.'),
    engine: z
      .strictObject({
        hangMs: milliseconds(
          1000,
          120_000,
          5000,
          'A network that runs longer is taken for hung, and the engine is replaced',
        ),
        quarantineMs: milliseconds(
          1000,
          86_400_000,
          600_000,
          'A camera whose pictures ended the engine again and again is left alone for this long',
        ),
      })
      .prefault({})
      .describe('The process that decodes and looks; another one takes over when it dies.'),
    log: z
      .strictObject({
        level: z
          .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
          .default('info')
          .describe('How much is logged on stderr: fatal, error, warn, info, debug, trace or silent.'),
      })
      .prefault({})
      .describe('Logging.'),
  })
  .describe('Configuration of spotter.');

/** A whole configuration: every key set. */
export type Config = z.output<typeof schema>;
export type CameraConfig = Config['cameras'][number];

/** The schema as JSON Schema draft 7, which editors understand. */
export function jsonSchema(): unknown {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
}
