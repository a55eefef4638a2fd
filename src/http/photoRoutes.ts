import { z } from 'zod';
import type { Caller } from '../core/access.js';
import { nothing } from './answerParts.js';
import type { Api } from './application.js';
import { refuseError } from './errorAnswer.js';
import { jpeg, sendPicture } from './jpegAnswer.js';
import { wholeNumber } from './parameters.js';
import { addPictureRoutes, MAX_PICTURE_BYTES, PICTURES, picture } from './pictureBody.js';
import { refuse } from './refusal.js';

const added = z
  .object({
    file: z.string(),
    state: z.literal('used'),
    message: z.string().nullable().describe('What is unusual about the photo.'),
    warnings: z.array(z.string()).describe('What a check of the gallery finds about it.'),
  })
  .meta({ id: 'AddedPhoto' });
const state = z.object({ file: z.string(), state: z.enum(['used', 'setAside']) });

/** A photo that was added. */
export type AddedPhoto = z.input<typeof added>;

/** What is enrolled: a picture, the face of an event, or that of a recent track. */
export type PhotoSource = { picture: Uint8Array } | { event: number } | { track: string };

/** The photos of people. Everything rejects with a SpotterError. */
export interface PhotoViews {
  addPhoto: (name: string, source: PhotoSource, caller: Caller) => Promise<AddedPhoto>;
  /** As JPEG. @param width longest side, px */
  photo: (name: string, file: string, width: number | undefined) => Promise<Uint8Array>;
  /** @returns the name of the file, which may have got a number */
  setPhotoAside: (name: string, file: string, isSetAside: boolean) => Promise<string>;
  removePhoto: (name: string, file: string) => Promise<void>;
}

const PHOTOS = '/api/v1/people/:name/photos';
const ofPerson = z.object({ name: z.string() });
const ofPhoto = z.object({
  name: z.string(),
  file: z.string().describe('With %2F for the slash of a folder.'),
});
const ONE_SOURCE = 'send one picture as the body, as image/jpeg, or name an event or a face in the address';

/** Adds the routes of photos. */
export function addPhotoRoutes(app: Api, views: PhotoViews): void {
  addPictureRoutes(app, (scope) => {
    scope.post(
      PHOTOS,
      {
        bodyLimit: MAX_PICTURE_BYTES,
        config: { needs: 'people:write' },
        schema: {
          operationId: 'addPhoto',
          tags: ['people'],
          summary: 'Add a photo of a person, or a face that was seen; makes the person when there is none',
          params: ofPerson,
          querystring: z.strictObject({
            event: wholeNumber(1).optional().describe('Number of the event whose face is enrolled.'),
            face: z.string().optional().describe('Track whose face is enrolled; see listFaces.'),
          }),
          consumes: PICTURES,
          body: picture.optional(),
          response: { 201: added },
        },
      },
      async ({ params: { name }, query: { event, face }, body, caller }, reply) => {
        const sources: PhotoSource[] = [
          ...(body?.length ? [{ picture: body }] : []),
          ...(event === undefined ? [] : [{ event }]),
          ...(face === undefined ? [] : [{ track: face }]),
        ];
        if (sources.length !== 1) return refuse(reply, { status: 400, error: ONE_SOURCE });
        try {
          const photo = await views.addPhoto(name, sources[0], caller);
          reply.code(201);
          return photo;
        } catch (error) {
          return refuseError(reply, error);
        }
      },
    );
  });
  app.get(
    `${PHOTOS}/:file`,
    {
      config: { needs: 'people:read' },
      schema: {
        operationId: 'getPhoto',
        tags: ['people'],
        summary: 'A photo as JPEG',
        params: ofPhoto,
        querystring: z.strictObject({
          width: wholeNumber(16, 4096).optional().describe('Its longest side, px; 1024 by default.'),
        }),
        response: { 200: jpeg },
      },
    },
    async ({ params: { name, file }, query: { width } }, reply) =>
      views.photo(name, file, width).then(
        (found) => sendPicture(reply, found),
        (error: unknown) => refuseError(reply, error),
      ),
  );
  app.patch(
    `${PHOTOS}/:file`,
    {
      config: { needs: 'people:write' },
      schema: {
        operationId: 'setPhotoAside',
        tags: ['people'],
        summary: 'Move a photo out of use, or back; nothing is deleted',
        params: ofPhoto,
        body: z.strictObject({ setAside: z.boolean() }),
        response: { 200: state },
      },
    },
    async ({ params: { name, file }, body: { setAside } }, reply) =>
      views.setPhotoAside(name, file, setAside).then(
        (moved) => ({ file: moved, state: setAside ? ('setAside' as const) : ('used' as const) }),
        (error: unknown) => refuseError(reply, error),
      ),
  );
  app.delete(
    `${PHOTOS}/:file`,
    {
      config: { needs: 'people:write' },
      schema: {
        operationId: 'removePhoto',
        tags: ['people'],
        summary: 'Delete a photo',
        params: ofPhoto,
        response: { 204: nothing },
      },
    },
    async ({ params: { name, file } }, reply) => {
      try {
        await views.removePhoto(name, file);
      } catch (error) {
        return refuseError(reply, error);
      }
      reply.code(204);
      return undefined;
    },
  );
}
