import type { FastifyInstance } from 'fastify';
import { parseSeq } from './parameters.js';
import { refuseWithoutLog } from './refusal.js';

/** The data behind the snapshot routes. */
export interface SnapshotViews {
  /** Snapshot of an event as JPEG; null when it has none or the snapshot has been deleted. Rejects without a log. */
  snapshot: (seq: number, form: 'frame' | 'face') => Promise<Uint8Array | null>;
}

const FORMS = { 'snapshot.jpg': 'frame', 'face.jpg': 'face' } as const;
/** Snapshots are personal data: no cache on the way may keep them. Which pages may show them: crossOrigin.ts. */
const HEADERS = {
  'content-type': 'image/jpeg',
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
};

/** Adds the routes for the snapshot of an event and the face in it. */
export function addSnapshotRoutes(app: FastifyInstance, { snapshot }: SnapshotViews): void {
  for (const [name, form] of Object.entries(FORMS)) {
    app.get<{ Params: { seq: string } }>(`/api/v1/events/:seq/${name}`, async ({ params }, reply) => {
      const seq = parseSeq(params.seq);
      let picture: Uint8Array | null;
      try {
        picture = seq === null ? null : await snapshot(seq, form);
      } catch {
        return refuseWithoutLog(reply);
      }
      if (picture) return reply.headers(HEADERS).send(picture);
      const error = 'this event has no snapshot, or it has been deleted; see snapshots in config.yaml';
      return reply.code(404).send({ error });
    });
  }
}
