import type { FastifyInstance } from 'fastify';

/** What the routes of pictures need. */
export interface SnapshotViews {
  /** A picture of an event, as JPEG; null when there is none, or none any more. */
  snapshot: (seq: number, form: 'frame' | 'face') => Promise<Uint8Array | null>;
}

const FORMS = { 'snapshot.jpg': 'frame', 'face.jpg': 'face' } as const;
/** Pictures of people: kept by nobody on the way, and shown on no page of others. */
const HEADERS = {
  'content-type': 'image/jpeg',
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};

/** Adds the addresses of an event's pictures. */
export function addSnapshotRoutes(app: FastifyInstance, { snapshot }: SnapshotViews): void {
  for (const [name, form] of Object.entries(FORMS)) {
    app.get<{ Params: { seq: string } }>(`/api/v1/events/:seq/${name}`, async ({ params }, reply) => {
      const seq = /^\d{1,15}$/.test(params.seq) ? Number(params.seq) : null;
      let picture: Uint8Array | null;
      try {
        picture = seq === null ? null : await snapshot(seq, form);
      } catch {
        return reply.code(503).send({ error: 'the event log cannot be read now; see /readyz' });
      }
      if (picture) return reply.headers(HEADERS).send(picture);
      const error =
        'there is no picture of this event, or it has been removed; see snapshots in the configuration';
      return reply.code(404).send({ error });
    });
  }
}
