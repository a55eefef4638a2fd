import type { FastifyInstance } from 'fastify';
import { type ApiViews, addApi } from './api.js';
import { addControlRoutes, type ControlViews } from './controlRoutes.js';
import { addServiceRoutes, type ServiceViews } from './serviceRoutes.js';
import { addSnapshotRoutes, type SnapshotViews } from './snapshotRoutes.js';

/** The data behind all routes. */
export interface Views extends SnapshotViews {
  /** Product and version, such as spotter/0.1.0. */
  server: string;
  /** Why the daemon is not ready; null when it is. */
  unreadyReason: () => string | null;
  metrics: () => Promise<{ contentType: string; body: string }>;
  api: ApiViews;
  /** Sinks and schemas; nothing by default. */
  service?: ServiceViews;
  /** What only programs on this machine may ask for; nothing by default. */
  control?: ControlViews;
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
  '/api/v1/sinks': 'the state of each webhook and the broker',
  '/api/v1/schemas': 'JSON Schema of every message and event; /api/v1/schemas/:name: one of them',
  '/api/v1/dead-letters': 'events that a webhook did not accept in time',
  '/api/v1/dead-letters/:number':
    'POST: send it again; DELETE: drop it; both need the token in data/control.json',
  '/api/v1/log/copy': 'POST: copy the event log into the data folder; needs the token in data/control.json',
  '/api/v1/people/:name/forget': 'POST: erase a person; needs the token in data/control.json',
};

/** Adds every route of the HTTP server. */
export function addRoutes(app: FastifyInstance, views: Views): void {
  const { server, unreadyReason, metrics, api, control, service } = views;
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
      .send({ error: 'this address accepts WebSocket connections only; connect with ws://' }),
  );
  addApi(app, api);
  if (service) addServiceRoutes(app, service);
  if (control) addControlRoutes(app, control);
  app.setNotFoundHandler(async (request, reply) =>
    reply.code(404).send({ error: `nothing at ${request.url.split('?')[0]}; see /` }),
  );
}
