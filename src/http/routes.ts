import type { FastifyInstance } from 'fastify';
import { type ApiViews, addApi } from './api.js';
import { addControlRoutes, type ControlViews } from './controlRoutes.js';
import { addSnapshotRoutes, type SnapshotViews } from './snapshotRoutes.js';

/** What the routes show. */
export interface Views extends SnapshotViews {
  /** Like spotter/0.1.0. */
  server: string;
  /** Why the daemon cannot work yet; null once it can. */
  unreadyReason: () => string | null;
  metrics: () => Promise<{ contentType: string; body: string }>;
  api: ApiViews;
  /** What only programs on this machine may ask for; nothing by default. */
  control?: ControlViews;
}

const ADDRESSES = {
  '/ws': 'events as they happen (WebSocket)',
  '/healthz': 'alive',
  '/readyz': 'able to work',
  '/metrics': 'for Prometheus',
  '/api/v1/events/<seq>/snapshot.jpg':
    'picture of an event, and face.jpg of its face, where snapshots are on',
  '/api/v1/events': 'what was told before',
  '/api/v1/events/:seq': 'one event',
  '/api/v1/cameras': 'how each camera is doing',
  '/api/v1/dead-letters': 'events that a webhook or broker did not take',
  '/api/v1/people/:name/forget': 'POST: erase a person; needs the token in data/control.json',
};

/** Adds every address of the HTTP side. */
export function addRoutes(app: FastifyInstance, views: Views): void {
  const { server, unreadyReason, metrics, api, control } = views;
  addSnapshotRoutes(app, views);
  app.get('/', async () => ({ server, addresses: ADDRESSES }));
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const reason = unreadyReason();
    return reason === null ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', reason });
  });
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metrics();
    return reply.header('content-type', contentType).send(body);
  });
  app.get('/ws', async (_request, reply) =>
    reply
      .code(426)
      .header('upgrade', 'websocket')
      .send({ error: 'this address speaks WebSocket; connect with ws://' }),
  );
  addApi(app, api);
  if (control) addControlRoutes(app, control);
  app.setNotFoundHandler(async (request, reply) =>
    reply.code(404).send({ error: `nothing at ${request.url.split('?')[0]}; see /` }),
  );
}
