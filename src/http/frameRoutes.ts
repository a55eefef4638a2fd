import { z } from 'zod';
import { maySee } from '../core/access.js';
import type { Api } from './application.js';
import type { CameraViews } from './cameraRoutes.js';
import { refuseError } from './errorAnswer.js';
import { jpeg, sendPicture } from './jpegAnswer.js';
import { wholeNumber } from './parameters.js';
import { refuse, refuseMissing } from './refusal.js';

/** The newest frames of cameras. */
export interface FrameViews {
  /** The newest frame as JPEG, at most so wide; null when there is none. Rejects when its node does not answer. */
  frame: (camera: string, width: number | undefined) => Promise<Uint8Array | null>;
}

const RETRY_AFTER_SECONDS = 5;

/** Adds the route for the newest frame of a camera. */
export function addFrameRoutes(app: Api, { frame, cameras }: FrameViews & CameraViews): void {
  app.get(
    '/api/v1/cameras/:id/frame.jpg',
    {
      config: { needs: 'cameras:read' },
      schema: {
        operationId: 'getFrame',
        tags: ['cameras'],
        summary: 'The newest frame of a camera, with its masks painted over',
        params: z.object({ id: z.string() }),
        querystring: z.strictObject({
          width: wholeNumber(16, 8192)
            .optional()
            .describe('Scale a wider frame down to this width, px; live.maxWidth at most.'),
        }),
        response: { 200: jpeg },
      },
    },
    async ({ params: { id }, query: { width }, caller }, reply) => {
      const camera = cameras().find((one) => one.id === id && maySee(caller, id));
      if (!camera) return refuseMissing(reply, `no camera ${JSON.stringify(id)} is configured`);
      try {
        const picture = camera.state === 'live' ? await frame(id, width) : null;
        if (picture) return sendPicture(reply, picture);
      } catch (error) {
        return refuseError(reply, error);
      }
      return refuse(reply, {
        status: 503,
        error: `${id} has no frame to show: it is ${camera.state}${camera.message === null ? '' : ` (${camera.message})`}; try again later`,
        headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
      });
    },
  );
}
