import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { SpotterError } from '../core/errors.js';
import type { Api } from './application.js';
import { refuseError } from './errorAnswer.js';

/** A larger picture is refused: photos of telephones have up to 12 MB. */
export const MAX_PICTURE_BYTES = 16 << 20;
/** Pictures that are received or worked on at a time. */
const MOST_PICTURES = 4;
const TOO_MANY = `${MOST_PICTURES} pictures are being worked on already; send this one again in a moment`;

/** The media types of a body that is a picture. */
export const PICTURES = ['image/*'];

/** The body of a route that takes a picture. */
export const picture = z.custom<Uint8Array>().meta({ type: 'string', format: 'binary' });

/**
 * Adds routes whose body is a picture as it is, without a form around it. A few at a time: each is in memory as a whole, and the
 * networks belong to the cameras.
 *
 * @param add adds the routes
 */
export function addPictureRoutes(app: Api, add: (scope: Api) => void): void {
  let count = 0;
  app.register(async (scope: FastifyInstance) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(/^image\//i, { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    scope.addHook('preParsing', async (_request, reply) => {
      if (count >= MOST_PICTURES) return void refuseError(reply, new SpotterError('engine.busy', TOO_MANY));
      count++;
      reply.raw.once('close', () => count--);
    });
    add(scope as Api);
  });
}
