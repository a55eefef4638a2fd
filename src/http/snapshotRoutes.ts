import { z } from 'zod';
import { maySee } from '../core/access.js';
import { SpotterError } from '../core/errors.js';
import type { Api } from './application.js';
import { refuseError } from './errorAnswer.js';
import type { EventViews } from './eventRoutes.js';
import { jpeg, sendPicture } from './jpegAnswer.js';
import { parseSeq } from './parameters.js';
import { refuseMissing, refuseWithoutLog } from './refusal.js';

/** The pictures of events. */
export interface SnapshotViews extends Pick<EventViews, 'event'> {
  /** Snapshot of an event as JPEG; null when it has none or the snapshot has been deleted. Rejects without a log, and
   * when its node does not answer. */
  snapshot: (seq: number, form: 'frame' | 'face') => Promise<Uint8Array | null>;
}

const FORMS = [
  { file: 'snapshot.jpg', form: 'frame', operationId: 'getSnapshot', summary: 'Snapshot of an event' },
  { file: 'face.jpg', form: 'face', operationId: 'getFace', summary: 'The face in the snapshot of an event' },
] as const;

/** The number of an event; null for anything else: a picture that is not there is not a fault of the request. */
const seq = z.string().transform(parseSeq).meta({ type: 'integer', minimum: 1 });
const NONE = 'this event has no snapshot, or it has been deleted; see snapshots in config.yaml';

/** Adds the routes for the snapshot of an event and the face in it. */
export function addSnapshotRoutes(app: Api, { snapshot, event }: SnapshotViews): void {
  for (const { file, form, operationId, summary } of FORMS)
    app.get(
      `/api/v1/events/:seq/${file}`,
      {
        config: { needs: 'events:read' },
        schema: {
          ...{ operationId, summary, tags: ['events'] },
          params: z.object({ seq }),
          response: { 200: jpeg },
        },
      },
      async ({ params: { seq }, caller }, reply) => {
        let picture: Uint8Array | null = null;
        if (seq === null) return refuseMissing(reply, NONE);
        try {
          const camera = caller.cameras === null ? null : event(seq, false)?.camera;
          if (camera === null || (camera !== undefined && maySee(caller, camera)))
            picture = await snapshot(seq, form);
        } catch (error) {
          return error instanceof SpotterError ? refuseError(reply, error) : refuseWithoutLog(reply);
        }
        if (picture) return sendPicture(reply, picture);
        return refuseMissing(reply, NONE);
      },
    );
}
