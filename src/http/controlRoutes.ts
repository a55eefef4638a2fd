import { z } from 'zod';
import { describeError, SpotterError } from '../core/errors.js';
import { anyObject } from './answerParts.js';
import type { Api } from './application.js';
import { addLetterActions, type LetterActions } from './letterRoutes.js';
import { refuse } from './refusal.js';

/** What changes the state of the daemon. */
export interface ControlViews extends LetterActions {
  /** Erases a person. @returns the body of the response @throws SpotterError */
  forget: (name: string) => Promise<object>;
  /** Copies the event log. @returns the body of the response @throws SpotterError when it cannot be copied now */
  copyLog: () => Promise<object>;
}

/** Adds the routes that change the state of the daemon. */
export function addControlRoutes(app: Api, views: ControlViews): void {
  const { forget, copyLog } = views;
  app.post(
    '/api/v1/people/:name/forget',
    {
      config: { needs: 'people:forget' },
      schema: {
        operationId: 'forgetPerson',
        tags: ['people'],
        summary: 'Erase a person: photos, events and pictures',
        params: z.object({ name: z.string() }),
        response: { 200: anyObject.describe('What was erased.') },
      },
    },
    async ({ params }, reply) => {
      try {
        return await forget(params.name);
      } catch (error) {
        if (!(error instanceof SpotterError)) throw error;
        return refuse(reply, { status: error.code === 'usage' ? 400 : 409, error: error.message });
      }
    },
  );
  app.post(
    '/api/v1/log/copy',
    {
      config: { needs: 'service:write' },
      schema: {
        operationId: 'copyLog',
        tags: ['service'],
        summary: 'Copy the event log into the data folder',
        response: { 200: anyObject.describe('The name of the new folder.') },
      },
    },
    async (_request, reply) =>
      copyLog().catch((error: unknown) =>
        refuse(reply, { status: 503, error: `the event log cannot be copied: ${describeError(error)}` }),
      ),
  );
  addLetterActions(app, views);
}
