import { describe, expect, it } from 'vitest';
import { HttpServer } from '../../src/http/server.js';
import { serve } from '../helpers/socket.js';

describe('HttpServer', () => {
  it('is alive at once, and ready only when its parts are', async () => {
    const { http, ready } = await serve();
    expect((await fetch(`${http.address}/healthz`)).status).toBe(200);
    const before = await fetch(`${http.address}/readyz`);
    expect([before.status, await before.json()]).toEqual([
      503,
      { status: 'not ready', reason: 'the gallery is being read' },
    ]);
    ready();
    expect((await fetch(`${http.address}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${http.address}/metrics`)).text()).toBe('x 1\n');
  });

  it('helps who comes to the wrong door', async () => {
    const { http } = await serve();
    expect((await fetch(`${http.address}/ws`)).status).toBe(426);
    const missing = await fetch(`${http.address}/nothing?token=secret`);
    expect([missing.status, await missing.json()]).toEqual([
      404,
      expect.objectContaining({ error: 'nothing at /nothing; see /' }),
    ]);
    expect(await (await fetch(http.address)).json()).toMatchObject({
      addresses: { '/ws': expect.any(String) },
    });
  });

  it.each(['/api/v1/events', '/api/v1/cameras', '/metrics', '/'])(
    'refuses pages of other origins, as the WebSocket does: %s',
    async (path) => {
      const { http } = await serve(['https://dash.example']);
      const get = (origin: string) => fetch(http.address + path, { headers: { origin } });
      const refused = await get('https://evil.example');
      expect([refused.status, await refused.json()]).toEqual([
        403,
        expect.objectContaining({ error: expect.stringContaining('http.allowedOrigins') }),
      ]);
      expect((await get('null')).status).toBe(403);
      expect((await get('https://dash.example')).status).toBe(200);
    },
  );

  it('reports a port in use in one sentence', async () => {
    const { http } = await serve();
    const port = Number(new URL(http.address).port);
    const second = new HttpServer({
      host: '127.0.0.1',
      port,
      maxConnections: 500,
      views: {
        server: 'x',
        unreadyReason: () => null,
        metrics: async () => ({ contentType: '', body: '' }),
        snapshot: async () => null,
        api: {
          log: () => ({ epoch: null, firstSeq: 1, lastSeq: 0 }),
          find: () => [],
          event: () => null,
          cameras: () => [],
          deadLetters: () => [],
        },
      },
    });
    await expect(second.start()).rejects.toMatchObject({
      code: 'http.port',
      message: `cannot listen on 127.0.0.1:${port}: another program uses that port; stop it, or set http.port`,
    });
  });
});
