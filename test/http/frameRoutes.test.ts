import { describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/core/access.js';
import { cameraView, emptyApi, httpServer } from '../helpers/http.js';

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff);

/** A server with a live camera, one that is away and one without frames; the caller sees all but `secret`. */
async function serve() {
  const asked: (string | number | undefined)[][] = [];
  const cameras = [
    cameraView('door'),
    cameraView('yard', { state: 'unreachable', message: 'no answer from yard.local' }),
    cameraView('still'),
    cameraView('secret'),
  ];
  const { address } = await httpServer(
    {
      api: { ...emptyApi, cameras: () => cameras },
      frame: async (camera, width) => {
        asked.push([camera, width]);
        return camera === 'still' ? null : JPEG;
      },
    },
    {
      identify: async () => ({
        ...{ name: 'vera', role: 'viewer' },
        ...{ scopes: new Set(SCOPES), cameras: ['door', 'yard', 'still'] },
      }),
    },
  );
  const get = async (path: string) => {
    const response = await fetch(`${address}/api/v1/cameras/${path}`);
    const isJpeg = response.headers.get('content-type') === 'image/jpeg';
    const body = isJpeg ? await response.arrayBuffer() : ((await response.json()) as { detail: string });
    return { status: response.status, headers: response.headers, body };
  };
  return { get, asked };
}

describe('GET /api/v1/cameras/:id/frame.jpg', () => {
  it('answers with the newest frame, at the width that is asked for, and lets nobody keep it', async () => {
    const { get, asked } = await serve();
    const { status, headers, body } = await get('door/frame.jpg?width=320');
    expect([status, headers.get('cache-control'), body]).toEqual([
      200,
      'private, no-store',
      JPEG.buffer.slice(0),
    ]);
    await get('door/frame.jpg');
    expect(asked).toEqual([
      ['door', 320],
      ['door', undefined],
    ]);
  });

  it('answers 503 and why for a camera that has no frame, without asking for one where it is away', async () => {
    const { get, asked } = await serve();
    const away = await get('yard/frame.jpg');
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
    expect(away.body).toMatchObject({
      detail: 'yard has no frame to show: it is unreachable (no answer from yard.local); try again later',
    });
    expect((await get('still/frame.jpg')).status).toBe(503);
    expect(asked).toEqual([['still', undefined]]);
  });

  it.each([
    ['attic/frame.jpg', 404],
    ['secret/frame.jpg', 404],
    ['..%2Fdoor/frame.jpg', 404],
    ['door/frame.jpg?width=0', 400],
    ['door/frame.jpg?width=wide', 400],
    ['door/frame.jpg?height=3', 400],
  ])('refuses %s with %d', async (path, status) => {
    const { get, asked } = await serve();
    expect((await get(path)).status).toBe(status);
    expect(asked).toEqual([]);
  });
});
