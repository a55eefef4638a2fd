import { describe, expect, it } from 'vitest';
import { cameraView, emptyApi, httpServer } from '../helpers/http.js';

describe('addTraffic', () => {
  it('compresses what is long, for who accepts it, and no picture', async () => {
    const cameras = Array.from({ length: 50 }, (_, index) => cameraView(`door-${index}`));
    const snapshot = async () => new Uint8Array(5000);
    const { address } = await httpServer({ api: { ...emptyApi, cameras: () => cameras }, snapshot });
    const encodingOf = async (path: string, accepted = 'gzip') =>
      (await fetch(address + path, { headers: { 'accept-encoding': accepted } })).headers.get(
        'content-encoding',
      );
    expect(await encodingOf('/api/v1/cameras')).toBe('gzip');
    expect(await encodingOf('/api/v1/cameras', 'identity')).toBe(null);
    expect(await encodingOf('/api/v1/cameras', 'br')).toBe(null);
    expect(await encodingOf('/healthz')).toBe(null);
    expect(await encodingOf('/api/v1/events/1/snapshot.jpg')).toBe(null);
  });

  it('limits the requests per minute of each address, but not of this machine', async () => {
    const clientOf = ({ headers }: { headers: Record<string, unknown> }) => String(headers['x-from']);
    const { address } = await httpServer({}, { rateLimit: 3, clientOf });
    const get = (from: string, path = '/healthz') => fetch(address + path, { headers: { 'x-from': from } });
    for (let i = 0; i < 3; i++) expect((await get('192.168.1.7')).status).toBe(200);
    for (const path of ['/healthz', '/api/v1/cameras', '/nothing']) {
      const refused = await get('192.168.1.7', path);
      expect([refused.status, await refused.json()]).toEqual([
        429,
        expect.objectContaining({
          error: expect.stringMatching(/^more than 3 requests per minute; try again in \d+ s/),
        }),
      ]);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await get('192.168.1.8')).status).toBe(200);
    for (let i = 0; i < 10; i++) expect((await get('127.0.0.1')).status).toBe(200);
  });

  it('has no limit of 0', async () => {
    const { address } = await httpServer({}, { rateLimit: 0, clientOf: () => '192.168.1.7' });
    for (let i = 0; i < 10; i++) expect((await fetch(`${address}/healthz`)).status).toBe(200);
  });
});

describe('addRevalidated', () => {
  it('answers 304 to who has the same already, and the whole to who has not', async () => {
    let state: 'live' | 'stalled' = 'live';
    const { address } = await httpServer({
      api: { ...emptyApi, cameras: () => [cameraView('door', { state })] },
    });
    const get = (tag?: string) =>
      fetch(`${address}/api/v1/cameras`, { headers: tag === undefined ? {} : { 'if-none-match': tag } });
    const first = await get();
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/".+"$/);
    const same = await get(tag);
    expect([same.status, await same.text()]).toEqual([304, '']);
    state = 'stalled';
    expect((await get(tag)).status).toBe(200);
  });

  it('takes several tags and any, and never 304 for an error', async () => {
    const { address } = await httpServer({ api: { ...emptyApi, cameras: () => [cameraView('door')] } });
    const get = (path: string, tag: string) =>
      fetch(`${address}/api/v1/${path}`, { headers: { 'if-none-match': tag } }).then(({ status }) => status);
    const missing = await fetch(`${address}/api/v1/cameras/none`);
    expect([missing.status, missing.headers.get('etag')]).toEqual([404, null]);
    expect(await get('cameras/none', '*')).toBe(404);
    const tag = (await fetch(`${address}/api/v1/cameras`)).headers.get('etag') ?? '';
    expect(await get('cameras', '*')).toBe(304);
    expect(await get('cameras', `"other", ${tag}`)).toBe(304);
    expect(await get('cameras', tag.replace('W/', ''))).toBe(304);
    expect(await get('cameras', '"other"')).toBe(200);
  });

  it('leaves events and pictures out: nobody keeps them', async () => {
    const { address } = await httpServer({ snapshot: async () => new Uint8Array(5) });
    for (const path of ['/api/v1/events', '/api/v1/events/1/snapshot.jpg', '/api/v1/dead-letters']) {
      const { headers } = await fetch(address + path);
      expect(headers.get('cache-control'), path).toContain('no-store');
      expect(headers.get('etag'), path).toBe(null);
    }
  });
});

describe('securityHeaders', () => {
  it.each(['/', '/nothing', '/api/v1/cameras', '/api/v1/events?limit=x', '/metrics', '/api/v1/openapi.json'])(
    'are on every answer: %s',
    async (path) => {
      const { address } = await httpServer({}, { allowedOrigins: ['https://dash.example'] });
      const { headers } = await fetch(address + path);
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'self'; .*frame-ancestors 'self' https:\/\/dash\.example$/,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
    },
  );
});

describe('/api/v1/docs', () => {
  it('shows the document with files of this server only, in a policy of its own', async () => {
    const { address } = await httpServer();
    const page = await fetch(`${address}/api/v1/docs`);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'self'; style-src 'self' 'unsafe-inline'/,
    );
    expect(html).not.toMatch(/https?:\/\//);
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file);
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) expect((await fetch(new URL(file, page.url))).status, file).toBe(200);
  });
});
