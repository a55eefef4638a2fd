import { z } from 'zod';
import { type AnyReply, plainReply } from './refusal.js';

/** The answer of a route that returns a picture. */
export const jpeg = {
  description: 'A picture.',
  content: {
    'image/jpeg': { schema: z.custom<Uint8Array>().meta({ type: 'string', format: 'binary' }) },
  },
};

/** Pictures are personal data: no cache on the way may keep them. Which pages may show them: crossOrigin.ts. */
const HEADERS = { 'content-type': 'image/jpeg', 'cache-control': 'private, no-store' };

/** Answers with a picture. @param picture JPEG */
export function sendPicture<R extends AnyReply>(reply: R, picture: Uint8Array): R {
  plainReply(reply).headers(HEADERS).send(picture);
  return reply;
}
