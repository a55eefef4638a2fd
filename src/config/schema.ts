import { z } from 'zod';
import { declaredModel } from '../models/catalogueEntry.js';
import { auth } from './auth.js';
import { camera, deinterlace } from './cameraSchema.js';
import { cluster } from './clusterSchema.js';
import { compute } from './compute.js';
import { events, notify, snapshots, visits } from './events.js';
import { gallery } from './gallerySchema.js';
import { http } from './http.js';
import { live } from './liveView.js';
import { milliseconds } from './milliseconds.js';
import { detection, match, quality, track } from './recognition.js';
import { review } from './review.js';
import { mqtt, webhooks } from './sinks.js';

/**
 * The single source of every key with its default, range, unit and description. config.yaml, `config schema` and
 * docs/configuration.md follow it.
 */
export const schema = z
  .strictObject({
    cameras: z.array(camera).max(64).default([]).describe('Cameras, up to 64.'),
    gallery,
    detector: z
      .string()
      .default('spotter-det')
      .describe('Face detector, by id; "spotter models list" shows all.'),
    embedder: z.string().default('spotter-embed').describe('Face embedder, by id.'),
    models: z
      .strictObject({
        folder: z
          .string()
          .min(1)
          .default('models')
          .describe(
            "Folder of model files, searched after --models and SPOTTER_MODELS and before the package's own models/.",
          ),
        declared: z
          .array(declaredModel)
          .default([])
          .describe('Models that are not in the catalogue; see docs/models.md.'),
      })
      .prefault({})
      .describe('Where to find models, and your own models.'),
    data: z
      .string()
      .min(1)
      .default('data')
      .describe(
        'Folder for the event log, the cache of photo embeddings and snapshots. Readable by the owner only.',
      ),
    http,
    auth,
    live,
    workers: z
      .int()
      .min(1)
      .max(64)
      .nullable()
      .default(null)
      .describe('Threads that run the models, 1 to 64, each with its own copy of them; null: one per core.'),
    compute,
    video: z
      .strictObject({
        maxWidth: z
          .int()
          .min(64)
          .max(8192)
          .default(3840)
          .describe('Scale wider frames down to this width while decoding, in px, 64 to 8192.'),
        deinterlace: deinterlace
          .default('auto')
          .describe('Deinterlace: auto (what the source declares as interlaced), on (everything) or off.'),
      })
      .prefault({})
      .describe('Decoding.'),
    detection,
    quality,
    match,
    track,
    photos: z
      .strictObject({
        maxMegapixels: z
          .number()
          .min(1)
          .max(500)
          .default(100)
          .describe('Refuse larger photos, in million px, 1 to 500.'),
        minDominance: z
          .number()
          .min(1)
          .max(100)
          .default(2)
          .describe(
            'Use a photo with several faces only if the largest has this many times the area of the next, 1 to 100.',
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
          'A camera that delivers no frame within this time is unreachable; while it sends video without a keyframe, it has 120 s',
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
          'Wait before the second attempt; doubles with each attempt',
        ),
        maxBackoffMs: milliseconds(1000, 600_000, 30_000, 'Longest wait between attempts'),
        healthyMs: milliseconds(1000, 600_000, 10_000, 'After being live this long, the waits start over'),
        authRetryMs: milliseconds(
          1000,
          3_600_000,
          60_000,
          'First wait after a refused login; grows up to five times this, because cameras lock out frequent attempts',
        ),
      })
      .refine(({ firstBackoffMs, maxBackoffMs }) => firstBackoffMs <= maxBackoffMs, {
        path: ['firstBackoffMs'],
        error: ({ input }) => longerThanMax(input as Backoff),
      })
      .prefault({})
      .describe('When a live camera is considered lost, and how it is reconnected.'),
    engine: z
      .strictObject({
        hangMs: milliseconds(
          1000,
          120_000,
          5000,
          'A model that runs longer has hung, and the engine is replaced',
        ),
        quarantineMs: milliseconds(
          1000,
          86_400_000,
          600_000,
          'Quarantine of a camera whose frames crashed the engine repeatedly',
        ),
      })
      .prefault({})
      .describe('The process that decodes video and runs the models; it is replaced when it dies.'),
    events,
    visits,
    notify,
    snapshots,
    review,
    webhooks,
    mqtt,
    cluster,
    log: z
      .strictObject({
        level: z
          .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
          .default('info')
          .describe(
            'Least severe messages logged on stderr: fatal, error, warn, info, debug, trace, or silent for none.',
          ),
      })
      .prefault({})
      .describe('Logging.'),
  })
  .describe('Configuration of spotter.');

type Backoff = Record<'firstBackoffMs' | 'maxBackoffMs', number>;

function longerThanMax({ firstBackoffMs, maxBackoffMs }: Backoff): string {
  return `is ${firstBackoffMs}, longer than maxBackoffMs, which is ${maxBackoffMs}; lower it, or raise maxBackoffMs`;
}

/** A complete configuration: every key set. */
export type Config = z.output<typeof schema>;
/** One camera of a complete configuration. */
export type CameraConfig = Config['cameras'][number];

/** The schema as JSON Schema draft 7, the version that editors understand. */
export function jsonSchema(): unknown {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
}
