import type { Api } from './application.js';
import { sendPage, wantsPage } from './pageRoutes.js';
import { refuse } from './refusal.js';

/** Whether the daemon lives, is ready, and its metrics. */
export interface StateViews {
  /** Product and version, such as spotter/0.1.0. */
  server: string;
  /** Why the daemon is not ready; null when it is. */
  unreadyReason: () => string | null;
  /** The text of /metrics, in a format that suits the Accept header. */
  metrics: (accept: string | undefined) => Promise<{ contentType: string; body: string }>;
}

const ADDRESSES = {
  '/ws': 'events as they happen (WebSocket)',
  '/healthz': 'liveness: 200 while the daemon runs',
  '/readyz': 'readiness: 200, or 503 with the reason',
  '/metrics': 'metrics for Prometheus',
  '/api/v1/events': 'stored events',
  '/api/v1/events/:seq': 'one event',
  '/api/v1/events/:seq/snapshot.jpg': 'snapshot of an event, where snapshots are enabled',
  '/api/v1/events/:seq/face.jpg': 'the face in that snapshot',
  '/api/v1/cameras': 'the state of each camera',
  '/api/v1/cameras/:id/frame.jpg': 'the newest frame of a camera',
  '/api/v1/faces': 'faces seen recently, in memory only',
  '/api/v1/people': 'the people in the gallery, their photos and settings',
  '/api/v1/recognize': 'who is in a picture (POST)',
  '/api/v1/gallery/findings': 'what a check of the gallery finds',
  '/api/v1/live': 'pictures of cameras as they come (WebSocket)',
  '/api/v1/sinks': 'the state of each webhook and the broker',
  '/api/v1/schemas': 'JSON Schema of every message and event; /api/v1/schemas/:name: one of them',
  '/api/v1/dead-letters': 'events that a webhook did not accept in time',
  '/api/v1/docs': 'every address under /api/v1, for people',
  '/api/v1/openapi.json': 'every address under /api/v1 (OpenAPI 3.1)',
};

const hidden = { hide: true };

/** Adds the routes outside of /api/v1. @param page folder of the page, which browsers get at /; null: none */
export function addStateRoutes(
  app: Api,
  { server, unreadyReason, metrics }: StateViews,
  page: string | null,
): void {
  const open = { config: { needs: null }, schema: hidden };
  app.get('/', open, async ({ headers }, reply) => {
    reply.header('vary', 'Origin, Referer, Accept');
    if (page !== null && wantsPage(headers)) return sendPage(reply, page);
    return { server, addresses: ADDRESSES };
  });
  app.get('/healthz', open, async () => ({ status: 'ok' }));
  app.get('/readyz', open, async (_request, reply) => {
    const reason = unreadyReason();
    return reason === null ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason });
  });
  app.get('/metrics', { config: { needs: 'service:read' }, schema: hidden }, async ({ headers }, reply) => {
    const { contentType, body } = await metrics(headers.accept);
    return reply.header('content-type', contentType).header('vary', 'accept').send(body);
  });
  app.get('/ws', open, async (_request, reply) =>
    refuse(reply, {
      status: 426,
      error: 'this address accepts WebSocket connections only; connect with ws://',
      headers: { upgrade: 'websocket' },
    }),
  );
}
