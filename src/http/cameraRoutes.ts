import { z } from 'zod';
import { maySee } from '../core/access.js';
import { CAMERA_STATES, type CameraState } from '../core/cameraState.js';
import { anyObject, time } from './answerParts.js';
import type { Api } from './application.js';
import { unknownCameras } from './message.js';
import { refuseMissing } from './refusal.js';

/** A camera as clients see it. */
export interface CameraView {
  id: string;
  /** For people; the id where none is configured. */
  name: string;
  state: CameraState;
  /** Why it is not live; null where there is no fault. */
  message: string | null;
  /** The node of the cluster that watches it; null for none, and without a cluster. */
  node: string | null;
  /** ISO 8601; null before the first frame. */
  lastFrameAt: string | null;
  /** Faces in view, as of the last frame. */
  tracks: readonly object[];
  /** Points are fractions of width and height. */
  zones: readonly { id: string; points: readonly (readonly [number, number])[] }[];
  /** Size of its frames, px; null before the first. */
  width: number | null;
  height: number | null;
}

/** The cameras, in the order of the configuration. */
export interface CameraViews {
  cameras: () => CameraView[];
}

const camera = z
  .object({
    id: z.string(),
    name: z.string().describe('For people; the id where none is configured.'),
    state: z.enum(CAMERA_STATES),
    message: z.string().nullable().describe('Why it is not live; null where there is no fault.'),
    node: z
      .string()
      .nullable()
      .describe('The node of the cluster that watches it; null for none, and without a cluster.'),
    lastFrameAt: time.nullable().describe('null before the first frame.'),
    tracks: z.array(anyObject).readonly().describe('Faces in view, as of the last frame.'),
    zones: z
      .array(
        z.object({
          id: z.string(),
          points: z.array(z.tuple([z.number(), z.number()]).readonly()).readonly(),
        }),
      )
      .readonly()
      .describe('Corners [x, y] are fractions of width and height.'),
    width: z.int().nullable().describe('Of its frames, px; null before the first.'),
    height: z.int().nullable(),
  })
  .meta({ id: 'Camera' });

/** Adds the routes of cameras. */
export function addCameraRoutes(app: Api, { cameras }: CameraViews): void {
  app.get(
    '/api/v1/cameras',
    {
      config: { needs: 'cameras:read' },
      schema: {
        operationId: 'listCameras',
        tags: ['cameras'],
        summary: 'The state of each camera',
        response: { 200: z.object({ cameras: z.array(camera) }) },
      },
    },
    async ({ caller }) => ({ cameras: cameras().filter(({ id }) => maySee(caller, id)) }),
  );
  app.get(
    '/api/v1/cameras/:id',
    {
      config: { needs: 'cameras:read' },
      schema: {
        operationId: 'getCamera',
        tags: ['cameras'],
        summary: 'The state of one camera',
        params: z.object({ id: z.string() }),
        response: { 200: camera },
      },
    },
    async ({ params: { id }, caller }, reply) => {
      const visible = cameras().filter((one) => maySee(caller, one.id));
      const found = visible.find((one) => one.id === id);
      if (found) return found;
      const ids = visible.map((one) => one.id);
      return refuseMissing(reply, unknownCameras([id], ids) ?? `no camera ${id}`);
    },
  );
}
