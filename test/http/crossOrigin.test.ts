import { describe, expect, it } from 'vitest';
import { httpServer } from '../helpers/http.js';

const PAGE = 'https://dash.example';
const PICTURE = '/api/v1/events/1/snapshot.jpg';
const PATHS = ['/api/v1/cameras', '/api/v1/events/x', PICTURE, '/healthz', '/nothing'];

/** What a server with one allowed origin answers. */
async function served() {
  const http = await httpServer(
    {
      snapshot: async () => new Uint8Array([0xff, 0xd8]),
    },
    { allowedOrigins: [PAGE] },
  );
  return async (path: string, headers: Record<string, string>, method = 'GET') => {
    const response = await fetch(http.address + path, { method, headers });
    const named = (name: string) => response.headers.get(name);
    return {
      status: response.status,
      origin: named('access-control-allow-origin'),
      policy: named('cross-origin-resource-policy'),
      vary: named('vary'),
      methods: named('access-control-allow-methods'),
      allowed: named('access-control-allow-headers'),
      credentials: named('access-control-allow-credentials'),
    };
  };
}

describe('shareWithPages', () => {
  it.each(PATHS)('lets pages of an allowed origin read what is served, errors included: %s', async (path) => {
    const get = await served();
    const origins = [PAGE, 'http://localhost:3000'];
    for (const origin of origins)
      expect(await get(path, { origin })).toMatchObject({
        origin,
        policy: 'cross-origin',
        vary: 'Origin, Referer',
        credentials: null,
      });
    expect(await get(path, { origin: 'https://evil.example' })).toMatchObject({ status: 403, origin: null });
    expect(await get(path, {})).toMatchObject({ origin: null, policy: 'same-origin' });
  });

  it('lets a page of an allowed origin show a picture, which is requested without an origin', async () => {
    const get = await served();
    const policyFor = async (referer: string) => (await get(PICTURE, { referer })).policy;
    expect(await policyFor(`${PAGE}/cameras?x=1`)).toBe('cross-origin');
    expect(await policyFor('http://127.0.0.1:3000/')).toBe('cross-origin');
    for (const other of [
      'https://evil.example/',
      'https://dash.example.evil.example/',
      'about:client',
      'nonsense',
    ])
      expect(await policyFor(other), other).toBe('same-origin');
  });

  it('answers the preflight of an allowed origin only, and no other OPTIONS', async () => {
    const get = await served();
    const ask = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    expect(await get('/api/v1/people/x/forget', { origin: PAGE, ...ask }, 'OPTIONS')).toMatchObject({
      status: 204,
      origin: PAGE,
      methods: 'GET, HEAD, POST, PUT, PATCH, DELETE',
      allowed: 'Authorization, Content-Type, If-None-Match',
    });
    expect(await get(PICTURE, { origin: 'https://evil.example', ...ask }, 'OPTIONS')).toMatchObject({
      status: 403,
      origin: null,
      methods: null,
    });
    expect((await get(PICTURE, ask, 'OPTIONS')).status).toBe(404);
    expect((await get(PICTURE, { origin: PAGE }, 'OPTIONS')).status).toBe(404);
  });
});
