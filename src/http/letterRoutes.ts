import { z } from 'zod';
import { anyObject, time } from './answerParts.js';
import type { Api } from './application.js';
import { firstOf, next, nextAddress } from './paging.js';
import { limit, numberInPath, wholeNumber } from './parameters.js';
import { refuseWithoutLog } from './refusal.js';
import type { LogState } from './resume.js';
import { sendJson, withLog } from './storedJson.js';

/** The dead letters that the log holds. Everything throws while the log is not open. */
export interface LetterViews {
  log: () => LogState;
  /** Dead letters with a number below `before`, newest first. */
  deadLetters: (before: number | null, limit: number) => { number: number }[];
}

/** What can be done with a dead letter. */
export interface LetterActions {
  /** Sends it again. @throws when the log cannot be read */
  resend: (number: number) => Promise<object>;
  /** Removes it. @returns whether there was one @throws when the log cannot be written */
  drop: (number: number) => boolean;
}

const letter = z
  .object({
    number: z.int(),
    sink: z.string().describe('Name of the webhook.'),
    seq: z.int().describe('The event.'),
    reason: z.string().describe('Why it was not accepted.'),
    at: time.describe('When it was given up.'),
  })
  .meta({ id: 'DeadLetter' });
const params = z.object({ number: numberInPath('a dead letter') });

/** Adds the routes that list dead letters. */
export function addLetterRoutes(app: Api, views: LetterViews): void {
  app.get(
    '/api/v1/dead-letters',
    {
      config: { needs: 'service:read' },
      schema: {
        operationId: 'listDeadLetters',
        tags: ['service'],
        summary: 'Events that a webhook did not accept in time, newest first',
        querystring: z.strictObject({ before: wholeNumber(1).optional(), limit }),
        response: { 200: z.object({ deadLetters: z.array(letter), next }) },
      },
    },
    async ({ url, query: { before = null, limit } }, reply) =>
      withLog(reply, views, () => {
        const letters = views.deadLetters(before, limit + 1);
        const stored = letters.map((letter) => ({ number: letter.number, text: JSON.stringify(letter) }));
        const page = firstOf(stored.slice(0, limit));
        const more = letters.length > page.length;
        const next = more ? nextAddress(url, 'before', page.at(-1)?.number) : null;
        const texts = page.map(({ text }) => text).join(',');
        return sendJson(reply, `{"deadLetters":[${texts}],"next":${JSON.stringify(next)}}`);
      }),
  );
}

/** Adds the routes that act on a dead letter. */
export function addLetterActions(app: Api, { resend, drop }: LetterActions): void {
  app.post(
    '/api/v1/dead-letters/:number',
    {
      config: { needs: 'service:write' },
      schema: {
        operationId: 'resendDeadLetter',
        tags: ['service'],
        summary: 'Send a dead letter again; it is dropped once it is delivered',
        params,
        response: { 200: anyObject.describe('What became of it: outcome, and the reason where it failed.') },
      },
    },
    async ({ params: { number } }, reply) => resend(number).catch(() => refuseWithoutLog(reply)),
  );
  app.delete(
    '/api/v1/dead-letters/:number',
    {
      config: { needs: 'service:write' },
      schema: {
        operationId: 'dropDeadLetter',
        tags: ['service'],
        summary: 'Drop a dead letter',
        params,
        response: { 200: z.object({ dropped: z.boolean().describe('Whether there was one.') }) },
      },
    },
    async ({ params: { number } }) => ({ dropped: drop(number) }),
  );
}
