import { z } from 'zod';
import { anyObject } from './answerParts.js';
import type { Api } from './application.js';
import { refuseError } from './errorAnswer.js';
import { addPictureRoutes, MAX_PICTURE_BYTES, PICTURES, picture } from './pictureBody.js';
import { refuse } from './refusal.js';

/** A picture that was recognised. */
export interface RecognizedPicture {
  /** Of the upright picture, px. */
  width: number;
  height: number;
  faces: z.input<typeof face>[];
}

/** Who is in a picture. */
export interface RecognizeViews {
  /** @throws SpotterError */
  recognize: (picture: Uint8Array) => Promise<RecognizedPicture>;
}

const face = z
  .object({
    box: z.array(z.number()).length(4).describe('x1, y1, x2, y2, px of the upright picture.'),
    score: z.number().describe('Confidence of the detector, 0 to 1.'),
    landmarks: z
      .array(z.array(z.number()).length(2))
      .describe('Eyes, tip of the nose and corners of the mouth, px.'),
    quality: anyObject.describe('As in events.'),
    verdict: z.enum(['known', 'unknown', 'ambiguous', 'unusable']),
    person: z.string().nullable(),
    displayName: z.string().nullable(),
    similarity: z.number().nullable().describe('Cosine to the nearest person, whoever it is.'),
    threshold: z.number().nullable(),
    margin: z.number().nullable(),
    runnerUp: z.string().nullable(),
    candidates: z.array(z.string()).nullable().describe('Where two people are too close to call.'),
    odds: z.number().nullable().describe('That the name is wrong, 0 to 1.'),
    reason: z.string().describe('Why the verdict is what it is.'),
    explain: anyObject.describe('Every number and check behind the verdict.'),
  })
  .meta({ id: 'RecognizedFace' });

/** Adds the route that recognises a picture. */
export function addRecognizeRoutes(app: Api, { recognize }: RecognizeViews): void {
  addPictureRoutes(app, (scope) => {
    scope.post(
      '/api/v1/recognize',
      {
        bodyLimit: MAX_PICTURE_BYTES,
        config: { needs: 'recognize' },
        schema: {
          operationId: 'recognize',
          tags: ['people'],
          summary: 'The faces in a picture, and who they are; nothing is stored',
          consumes: PICTURES,
          body: picture,
          response: {
            200: z
              .object({ width: z.int(), height: z.int(), faces: z.array(face) })
              .meta({ id: 'Recognition' }),
          },
        },
      },
      async ({ body }, reply) => {
        if (!body)
          return refuse(reply, {
            status: 400,
            error: 'there is no picture; send one as the body, as image/jpeg',
          });
        return recognize(body).catch((error: unknown) => refuseError(reply, error));
      },
    );
  });
}
