import { z } from 'zod';
import type { Caller } from '../core/access.js';
import type { Api } from './application.js';
import { refuseError } from './errorAnswer.js';
import { numberInPath } from './parameters.js';

/** What follows from a correction. */
export interface CorrectionView {
  /** Number of the event that withdraws the name; null where none has come yet. */
  event: number | null;
  /** Photos that were enrolled from the very track and are out of use now, relative to the gallery. */
  setAside: string[];
}

/** Names that are wrong. */
export interface CorrectionViews {
  /** @throws SpotterError */
  correct: (seq: number, not: string, caller: Caller) => Promise<CorrectionView>;
}

/** Adds the route that takes a wrong name back. */
export function addCorrectionRoutes(app: Api, views: CorrectionViews): void {
  app.post(
    '/api/v1/events/:seq/correction',
    {
      config: { needs: 'people:write' },
      schema: {
        operationId: 'correctEvent',
        tags: ['events'],
        summary: 'Say that the face of an event is not the person that it was taken for',
        params: z.object({ seq: numberInPath('an event') }),
        body: z.strictObject({ not: z.string().describe('The name that is wrong.') }),
        response: { 200: z.object({ event: z.int().nullable(), setAside: z.array(z.string()) }) },
      },
    },
    async ({ params: { seq }, body: { not }, caller }, reply) =>
      views.correct(seq, not, caller).catch((error: unknown) => refuseError(reply, error)),
  );
}
