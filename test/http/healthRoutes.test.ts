import { describe, expect, it } from 'vitest';
import { ANYBODY, READER } from '../../src/core/access.js';
import type { Health, HealthViews } from '../../src/http/healthRoutes.js';
import { HealthHistory } from '../../src/observe/healthHistory.js';
import { httpServer } from '../helpers/http.js';

const camera = (id: string): Health['cameras'][number] => ({
  ...{
    id,
    state: 'live',
    message: null,
    node: null,
    fps: 9.8,
    frameAgeMs: 40,
    processed: 10,
    dropped: 1,
    restarts: 0,
  },
});
const health: Health = {
  ...{ ready: true, reason: null, server: 'spotter/test', startedAt: '2026-01-01T00:00:00.000Z' },
  cameras: [camera('door'), camera('yard')],
  engine: {
    ...{ restarts: 0, utilization: 0.5, residentBytes: 1e8, onnxruntime: '1.30.0' },
    placements: [{ network: 'detector', provider: 'cpu', device: null, batch: 1 }],
  },
  models: { detector: 'spotter-det', embedder: 'spotter-embed' },
  gallery: { people: 2, used: 5, unusable: 1 },
  sinks: [{ name: 'hook', up: true, lag: 0 }],
  deadLetters: 0,
  storage: { events: { bytes: 4096, firstSeq: 1, lastSeq: 0 }, snapshots: { bytes: null } },
  liveViewers: 0,
};

/** Answers of a server whose caller sees these cameras; null: all. */
async function served(cameras: string[] | null, caller = ANYBODY) {
  const views: HealthViews = {
    health: () => health,
    history: () => new HealthHistory().columns(['door', 'yard']),
    config: () => ({ cameras: [{ id: 'door' }, { id: 'yard' }], data: '/data' }) as object as { cameras: [] },
  };
  const { address } = await httpServer({ health: views }, { identify: () => ({ ...caller, cameras }) });
  return async (path: string) => {
    const response = await fetch(`${address}/api/v1/${path}`);
    return { status: response.status, body: await response.json() };
  };
}

describe('addHealthRoutes', () => {
  it('serve health, its history and the configuration', async () => {
    const get = await served(null);
    expect((await get('health')).body).toEqual(health);
    expect((await get('health/history')).body).toMatchObject({ everySeconds: 10, at: [] });
    expect((await get('config')).body).toEqual({ cameras: [{ id: 'door' }, { id: 'yard' }], data: '/data' });
  });

  it('show a caller only the cameras that it may see', async () => {
    const get = await served(['yard']);
    expect((await get('health')).body).toMatchObject({ cameras: [camera('yard')] });
    expect(Object.keys(((await get('health/history')).body as { cameras: object }).cameras)).toEqual([
      'yard',
    ]);
    expect((await get('config')).body).toMatchObject({ cameras: [{ id: 'yard' }] });
  });

  it('are not for callers who may not read the state of the service', async () => {
    const get = await served(null, { ...READER, scopes: new Set(['events:read']) });
    for (const path of ['health', 'health/history', 'config']) expect((await get(path)).status).toBe(403);
  });
});
