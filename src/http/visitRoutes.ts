import { z } from 'zod';
import { time } from './answerParts.js';
import type { Api } from './application.js';
import { type EventViews, visibleCameras } from './eventRoutes.js';
import { spellingsOf } from './message.js';
import { next, nextAddress } from './paging.js';
import { type VisitsQuery, visitsQuery } from './parameters.js';
import { refuseWithoutLog } from './refusal.js';
import type { LogState } from './resume.js';
import { sendJson, withLog } from './storedJson.js';

const visit = z
  .object({
    person: z.string(),
    displayName: z.string().nullable(),
    camera: z.string(),
    startedAt: time,
    endedAt: time.nullable().describe('null while the person is there.'),
    firstSeq: z.int().describe('The event with which it began.'),
    lastSeq: z.int().describe('Its last event: with which it ended, or the last match so far.'),
  })
  .meta({ id: 'Visit' });

/** Who was where and when. */
export interface VisitViews {
  log: () => LogState;
  /** Visits that match, newest first, and `before` of the next page; null on the last one. Rejects while the log is not open. */
  visits: (query: VisitsQuery) => Promise<{ visits: z.output<typeof visit>[]; before: number | null }>;
  selectable?: EventViews['selectable'];
}

/** Adds the route of visits. */
export function addVisitRoutes(app: Api, views: VisitViews): void {
  app.get(
    '/api/v1/visits',
    {
      config: { needs: 'events:read' },
      schema: {
        ...{ operationId: 'listVisits', tags: ['events'] },
        summary: 'Who was at which camera from when to when, newest first',
        querystring: visitsQuery,
        response: { 200: z.object({ visits: z.array(visit), next }) },
      },
    },
    async ({ url, query, caller }, reply) => {
      const cameras = visibleCameras(query.cameras, caller);
      const page = cameras
        ? views.visits({ ...query, cameras, people: spellingsOf(query.people, views.selectable?.().people) })
        : Promise.resolve({ visits: [], before: null });
      const answer = ({ visits, before }: Awaited<typeof page>) =>
        withLog(reply, views, () => {
          const next = before === null ? null : nextAddress(url, 'before', before);
          return sendJson(reply, JSON.stringify({ visits, next }));
        });
      return page.then(answer, () => refuseWithoutLog(reply));
    },
  );
}
