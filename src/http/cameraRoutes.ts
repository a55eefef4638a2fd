import { z } from 'zod';
import { maySee } from '../core/access.js';
import { CAMERA_STATES, type CameraState } from '../core/cameraState.js';
import { anyObject, time } from './answerParts.js';
import type { Api } from './application.js';

/** A camera as clients see it. */
export interface CameraView {
  id: string;
  state: CameraState;
  /** Why it is not live; null where there is no fault. */
  message: string | null;
  /** ISO 8601; null before the first frame. */
  lastFrameAt: string | null;
  /** Faces in view, as of the last frame. */
  tracks: readonly object[];
}

/** The cameras, in the order of the configuration. */
export interface CameraViews {
  cameras: () => CameraView[];
}

const camera = z
  .object({
    id: z.string(),
    state: z.enum(CAMERA_STATES),
    message: z.string().nullable().describe('Why it is not live; null where there is no fault.'),
    lastFrameAt: time.nullable().describe('null before the first frame.'),
    tracks: z.array(anyObject).readonly().describe('Faces in view, as of the last frame.'),
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
}
