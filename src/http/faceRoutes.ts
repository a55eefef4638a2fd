import { z } from 'zod';
import { maySee } from '../core/access.js';
import { time } from './answerParts.js';
import type { Api } from './application.js';
import { refuseError } from './errorAnswer.js';
import { jpeg, sendPicture } from './jpegAnswer.js';
import { next, nextAddress } from './paging.js';
import { limit, nameList, wholeNumber } from './parameters.js';
import { refuseMissing } from './refusal.js';

const VERDICTS = ['known', 'unknown', 'ambiguous', 'unusable'] as const;

/** A face that was seen recently, as clients see it. Times are ISO 8601, UTC. */
export interface FaceView {
  /** Grows from face to face. */
  position: number;
  track: string;
  camera: string;
  verdict: (typeof VERDICTS)[number];
  person: string | null;
  displayName: string | null;
  similarity: number | null;
  reason: string | null;
  seq: number | null;
  firstSeenAt: string;
  lastSeenAt: string;
  isLive: boolean;
  quality: { sizePx: number; sharpness: number | null };
  picture: string;
}

/** The faces of the last minutes, in memory alone. */
export interface FaceViews {
  /** The one that appeared last first. */
  faces: () => Promise<FaceView[]>;
  /** The face of a track as JPEG, with its margin; null when there is none, or not any more. */
  facePicture: (track: string) => Promise<{ camera: string; jpeg: Uint8Array } | null>;
}

const face = z
  .object({
    track: z.string(),
    camera: z.string(),
    verdict: z.enum(VERDICTS),
    person: z.string().nullable(),
    displayName: z.string().nullable(),
    similarity: z.number().nullable(),
    reason: z.string().nullable().describe('Why the verdict is what it is.'),
    seq: z.int().nullable().describe('Number of the last event of the track.'),
    firstSeenAt: time,
    lastSeenAt: time,
    isLive: z.boolean().describe('Whether the track is in view.'),
    quality: z.object({ sizePx: z.number(), sharpness: z.number().nullable() }),
    picture: z.string().describe('Address of the face.'),
  })
  .meta({ id: 'Face' });

/** Adds the routes of recent faces. */
export function addFaceRoutes(app: Api, { faces, facePicture }: FaceViews): void {
  app.get(
    '/api/v1/faces',
    {
      config: { needs: 'events:read' },
      schema: {
        operationId: 'listFaces',
        tags: ['events'],
        summary: 'Faces seen recently, one per track, the newest first; in memory only',
        querystring: z.strictObject({
          camera: nameList,
          verdict: z.enum(VERDICTS, `must be one of ${VERDICTS.join(', ')}`).optional(),
          before: wholeNumber(1).optional().describe('From next of the page before.'),
          limit,
        }),
        response: { 200: z.object({ faces: z.array(face), next }) },
      },
    },
    async ({ url, query: { camera, verdict, before, limit: most }, caller }) => {
      const found = (await faces()).filter(
        (one) =>
          maySee(caller, one.camera) &&
          (camera.length === 0 || camera.includes(one.camera)) &&
          (verdict === undefined || one.verdict === verdict) &&
          (before === undefined || one.position < before),
      );
      const page = found.slice(0, most);
      const more = found.length > page.length;
      return { faces: page, next: more ? nextAddress(url, 'before', page.at(-1)?.position) : null };
    },
  );
  app.get(
    '/api/v1/faces/:track/face.jpg',
    {
      config: { needs: 'events:read' },
      schema: {
        operationId: 'getRecentFace',
        tags: ['events'],
        summary: 'The best look at a face seen recently',
        params: z.object({ track: z.string() }),
        response: { 200: jpeg },
      },
    },
    async ({ params: { track }, caller }, reply) => {
      try {
        const found = await facePicture(track);
        if (found && maySee(caller, found.camera)) return sendPicture(reply, found.jpeg);
      } catch (error) {
        return refuseError(reply, error);
      }
      return refuseMissing(
        reply,
        `no face of ${JSON.stringify(track)} is kept any more; see review in config.yaml`,
      );
    },
  );
}
