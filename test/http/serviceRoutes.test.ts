import { describe, expect, it } from 'vitest';
import { httpServer } from '../helpers/http.js';

async function served() {
  const http = await httpServer({
    service: {
      sinks: () => [{ name: 'mqtt', up: true }],
      schemas: () => ({ event: { type: 'object' } }),
    },
  });
  return (path: string) => fetch(http.address + path);
}

describe('addServiceRoutes', () => {
  it('serves the state of each sink, for no cache to keep', async () => {
    const response = await (await served())('/api/v1/sinks');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ sinks: [{ name: 'mqtt', up: true }] });
  });

  it('serves all schemas, one of them, and says which there are', async () => {
    const get = await served();
    expect(await (await get('/api/v1/schemas')).json()).toEqual({ schemas: { event: { type: 'object' } } });
    const one = await get('/api/v1/schemas/event');
    expect(one.headers.get('content-type')).toBe('application/schema+json; charset=utf-8');
    expect(await one.json()).toEqual({ type: 'object' });
    for (const name of ['events', '__proto__', 'constructor']) {
      const missing = await get(`/api/v1/schemas/${name}`);
      expect([missing.status, await missing.json()]).toEqual([
        404,
        expect.objectContaining({ error: 'no schema of that name; there are event' }),
      ]);
    }
  });
});
