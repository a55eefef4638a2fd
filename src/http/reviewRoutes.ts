import { z } from 'zod';
import { type Caller, maySee } from '../core/access.js';
import { nothing } from './answerParts.js';
import type { Api } from './application.js';
import type { EventViews } from './eventRoutes.js';
import { numberInPath } from './parameters.js';
import { refuseMissing, refuseWithoutLog } from './refusal.js';

/** The marks of those who look at events. */
export interface ReviewViews extends Pick<EventViews, 'event'> {
  /** Marks an event, or takes the mark back. @throws when the log cannot be written */
  review: (reader: string, seq: number, isReviewed: boolean) => void;
}

/** Whose marks a caller sees and sets: a user's or a token's own; those of all who need not sign in. */
export function readerOf({ name, role }: Caller): string {
  return name === null ? 'anybody' : `${role === null ? 'token' : 'user'} ${name}`;
}

/** Adds the routes that mark an event as looked at, for the caller alone. */
export function addReviewRoutes(app: Api, { event, review }: ReviewViews): void {
  const marks = [
    { method: 'PUT', isReviewed: true, operationId: 'markReviewed', summary: 'Mark an event as looked at' },
    { method: 'DELETE', isReviewed: false, operationId: 'unmarkReviewed', summary: 'Take that mark back' },
  ] as const;
  for (const { method, isReviewed, operationId, summary } of marks)
    app.route({
      method,
      url: '/api/v1/events/:seq/reviewed',
      config: { needs: 'events:read' },
      schema: {
        ...{ operationId, summary, tags: ['events'] },
        params: z.object({ seq: numberInPath('an event') }),
        response: { 204: nothing },
      },
      handler: async ({ params: { seq }, caller }, reply) => {
        try {
          const found = event(seq, false);
          if (!found || !maySee(caller, found.camera)) return refuseMissing(reply, `no event ${seq}`);
          review(readerOf(caller), seq, isReviewed);
        } catch {
          return refuseWithoutLog(reply);
        }
        return reply.code(204).send();
      },
    });
}
