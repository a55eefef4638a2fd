import { describe, expect, it, vi } from 'vitest';
import { ANYBODY } from '../../src/core/access.js';
import { SpotterError } from '../../src/core/errors.js';
import type { FaceView, FaceViews } from '../../src/http/faceRoutes.js';
import type { Views } from '../../src/http/routes.js';
import { httpServer } from '../helpers/http.js';

const face = (position: number, camera: string, verdict: FaceView['verdict'] = 'unknown'): FaceView => ({
  ...{ position, camera, verdict, track: `${camera}-${position}`, person: null, displayName: null },
  ...{ similarity: null, reason: null, seq: position, isLive: false },
  firstSeenAt: '2026-01-01T00:00:00.000Z',
  lastSeenAt: '2026-01-01T00:00:01.000Z',
  quality: { sizePx: 80, sharpness: 0.2 },
  picture: `/api/v1/faces/${camera}-${position}/face.jpg`,
});
const FACES = [face(4, 'yard'), face(3, 'door', 'known'), face(2, 'door'), face(1, 'yard')];

/** A server for a caller who may see these cameras. */
async function server(cameras: string[] | null, views: Partial<Views> = {}) {
  const faces: FaceViews = {
    faces: async () => FACES,
    facePicture: async (track) => {
      const found = FACES.find((one) => one.track === track);
      return found ? { camera: found.camera, jpeg: Uint8Array.of(1) } : null;
    },
  };
  const api = {} as Views['api'];
  const http = await httpServer({ api, faces, ...views }, { identify: () => ({ ...ANYBODY, cameras }) });
  return (address: string, init?: RequestInit) => fetch(`${http.address}/api/v1${address}`, init);
}

interface Page {
  faces: FaceView[];
  next: string | null;
}

describe('/api/v1/faces', () => {
  it('lists the faces that a query names, page by page', async () => {
    const ask = await server(null);
    const tracks = async (query: string) => ((await (await ask(`/faces${query}`)).json()) as Page).faces;
    expect((await tracks('')).map(({ track }) => track)).toEqual(['yard-4', 'door-3', 'door-2', 'yard-1']);
    expect((await tracks('?camera=door&verdict=unknown')).map(({ track }) => track)).toEqual(['door-2']);
    const first = (await (await ask('/faces?limit=3')).json()) as Page;
    expect(first.next).toBe('/api/v1/faces?limit=3&before=2');
    const rest = (await (await ask('/faces?limit=3&before=2')).json()) as Page;
    expect([rest.faces.map(({ track }) => track), rest.next]).toEqual([['yard-1'], null]);
    expect((await ask('/faces?verdict=friend')).status).toBe(400);
  });

  it('shows a caller only the faces of its cameras, by no way', async () => {
    const ask = await server(['door']);
    const { faces } = (await (await ask('/faces')).json()) as Page;
    expect(faces.map(({ track }) => track)).toEqual(['door-3', 'door-2']);
    const status = async (track: string) => (await ask(`/faces/${track}/face.jpg`)).status;
    expect([await status('door-3'), await status('yard-4'), await status('yard-9')]).toEqual([200, 404, 404]);
  });
});

describe('POST /api/v1/recognize', () => {
  const picture = { method: 'POST', body: Uint8Array.of(1), headers: { 'content-type': 'image/png' } };

  it.each([
    ['engine.busy', 429],
    ['engine.away', 503],
  ] as const)('says when to try again after %s', async (code, status) => {
    const recognition = { recognize: () => Promise.reject(new SpotterError(code, 'not now')) };
    const response = await (await server(null, { recognition }))('/recognize', picture);
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, '2']);
    expect(await response.json()).toMatchObject({ status, detail: 'not now' });
  });

  it('works on a few pictures at a time, and refuses others', async () => {
    const done: (() => void)[] = [];
    const recognize = () =>
      new Promise<{ width: number; height: number; faces: [] }>((resolve) =>
        done.push(() => resolve({ width: 1, height: 1, faces: [] })),
      );
    const ask = await server(null, { recognition: { recognize } });
    const statuses: number[] = [];
    const send = async () => {
      const response = await ask('/recognize', picture);
      statuses.push(response.status);
      return response.status;
    };
    const all = Array.from({ length: 6 }, send);
    await vi.waitFor(() => expect([done.length, statuses]).toEqual([4, [429, 429]]));
    for (const finish of done) finish();
    expect((await Promise.all(all)).sort()).toEqual([200, 200, 200, 200, 429, 429]);
  });
});
