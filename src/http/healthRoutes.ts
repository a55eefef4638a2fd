import { z } from 'zod';
import { type Caller, maySee } from '../core/access.js';
import { CAMERA_STATES } from '../core/cameraState.js';
import { anyObject, time } from './answerParts.js';
import type { Api } from './application.js';

const count = z.int().min(0);
const camera = z.object({
  id: z.string(),
  state: z.enum(CAMERA_STATES),
  message: z.string().nullable().describe('Why it is not live; null where there is no fault.'),
  node: z
    .string()
    .nullable()
    .describe('The node of the cluster that watches it; null for none, and without a cluster.'),
  fps: z
    .number()
    .nullable()
    .describe('Processed frames per second, of late; null where another node watches, as are the counts.'),
  frameAgeMs: z.number().nullable().describe('Since the last frame; null before the first.'),
  processed: count.nullable().describe('Frames since the start.'),
  dropped: count.nullable().describe('Frames since the start.'),
  restarts: count.nullable().describe('Reconnections since the start.'),
});
const network = z.object({
  network: z.enum(['detector', 'embedder']),
  provider: z.string().describe('Execution provider, such as cpu or cuda.'),
  device: z.int().nullable(),
  batch: z.int().describe('Pictures that it takes at once, at most.'),
});

/** The state of the whole daemon. */
const health = z
  .object({
    ready: z.boolean(),
    reason: z.string().nullable().describe('Why it is not ready.'),
    server: z.string().describe('Product and version.'),
    startedAt: time,
    cameras: z.array(camera),
    engine: z.object({
      restarts: count.describe('Since the start.'),
      utilization: z.number().describe("Share of the workers' time in use, 0 to 1."),
      residentBytes: z.number().describe('Resident memory.'),
      onnxruntime: z.string().describe('Version; empty before the first engine is ready.'),
      placements: z.array(network).readonly().describe('What runs each network.'),
    }),
    models: z.object({ detector: z.string(), embedder: z.string() }).describe('Ids.'),
    gallery: z
      .object({ people: count, used: count, unusable: count })
      .describe('People, and their photos by whether they are used.'),
    sinks: z.array(anyObject).describe('As in /api/v1/sinks.'),
    deadLetters: count,
    storage: z.object({
      events: z.object({ bytes: z.number(), firstSeq: count, lastSeq: count }),
      snapshots: z
        .object({ bytes: z.number().nullable() })
        .describe('Pictures of events; null before they are counted.'),
    }),
    liveViewers: count.describe('Clients that watch a camera.'),
  })
  .meta({ id: 'Health' });

const series = z.array(z.number().nullable());
/** The last hour. */
const history = z
  .object({
    everySeconds: z.number(),
    at: z.array(z.number()).describe('End of each interval, Unix ms, oldest first.'),
    cameras: z
      .record(
        z.string(),
        z.object({ fps: series, dropped: series, latencyP50Ms: series, latencyP95Ms: series }),
      )
      .describe('By id. Latency: from the arrival of a frame to its verdicts.'),
    stagesMs: z
      .object({
        queue: series,
        detect: series,
        track: series,
        align: series,
        embed: series,
        match: series,
        total: series,
      })
      .describe('Mean per frame.'),
    restarts: z.array(z.number()).describe('Of the engine, and of connections to cameras.'),
  })
  .describe('One value per interval; null where nothing was measured.')
  .meta({ id: 'HealthHistory' });

/** See {@link HealthViews}. */
export type Health = z.output<typeof health>;
/** See {@link HealthViews}. */
export type History = z.output<typeof history>;

/** How the daemon is, and what is configured. */
export interface HealthViews {
  health: () => Health;
  /** The last hour. */
  history: () => History;
  /** The configuration in effect, without secrets. */
  config: () => { cameras: readonly { id: string }[] };
}

/** Adds the routes of health and configuration. */
export function addHealthRoutes(app: Api, views: HealthViews): void {
  app.get(
    '/api/v1/health',
    {
      config: { needs: 'service:read' },
      schema: {
        ...{ operationId: 'getHealth', tags: ['service'], summary: 'The state of the whole daemon' },
        response: { 200: health },
      },
    },
    async ({ caller }) => {
      const { cameras, ...rest } = views.health();
      return { ...rest, cameras: visible(cameras, caller) };
    },
  );
  app.get(
    '/api/v1/health/history',
    {
      config: { needs: 'service:read' },
      schema: {
        ...{ operationId: 'getHealthHistory', tags: ['service'] },
        summary: 'The last hour in intervals: frames, latency, stages, restarts',
        response: { 200: history },
      },
    },
    async ({ caller }) => {
      const { cameras, ...rest } = views.history();
      const shown = Object.entries(cameras).filter(([id]) => maySee(caller, id));
      return { ...rest, cameras: Object.fromEntries(shown) };
    },
  );
  app.get(
    '/api/v1/config',
    {
      config: { needs: 'service:read' },
      schema: {
        ...{ operationId: 'getConfig', tags: ['service'] },
        summary: 'The configuration in effect, secrets masked',
        response: { 200: anyObject.describe('As in config.yaml, with every default.') },
      },
    },
    async ({ caller }) => {
      const config = views.config();
      return { ...config, cameras: visible(config.cameras, caller) };
    },
  );
}

function visible<T extends { id: string }>(cameras: readonly T[], caller: Caller): T[] {
  return cameras.filter(({ id }) => maySee(caller, id));
}
