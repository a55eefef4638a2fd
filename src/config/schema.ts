import { z } from 'zod';
import { declaredModel } from '../models/catalogueEntry.js';
import { camera } from './cameraSchema.js';
import { events, notify, snapshots, visits } from './events.js';
import { milliseconds } from './milliseconds.js';
import { detection, match, quality, track } from './recognition.js';
import { mqtt, webhooks } from './sinks.js';

/**
 * The single source of every key with its default, range, unit and description. config.yaml, `config schema` and
 * docs/configuration.md follow it.
 */
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
      .describe(
        'Folder for what spotter keeps: the event log, the cache of photo embeddings. Readable by the owner only.',
      ),
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
    events,
    visits,
    notify,
    snapshots,
    webhooks,
    mqtt,
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

/** A complete configuration: every key set. */
export type Config = z.output<typeof schema>;
/** One camera of a complete configuration. */
export type CameraConfig = Config['cameras'][number];

/** The schema as JSON Schema draft 7, the version that editors understand. */
export function jsonSchema(): unknown {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
}
