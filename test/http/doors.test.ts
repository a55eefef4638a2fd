import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ACCESS_FILE } from '../../src/auth/accessFile.js';
import type { Scope } from '../../src/core/access.js';
import type { Views } from '../../src/http/routes.js';
import { HttpServer } from '../../src/http/server.js';
import { CONTROL, doors } from '../helpers/doors.js';
import { root } from '../helpers/paths.js';

interface Document {
  paths: Record<string, Record<string, { security: { token?: Scope[] }[] }>>;
}

/** Every route of the document that needs a scope, with values for its parameters. */
function guardedRoutes(): { method: string; path: string; scope: Scope }[] {
  const { paths } = JSON.parse(readFileSync(path.join(root, 'docs/openapi.json'), 'utf8')) as Document;
  return Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations).flatMap(([method, { security }]) => {
      const scope = security[0]?.token?.[0];
      const filled = template.replace(/\{(seq|number)\}/, '1').replace(/\{\w+\}/g, 'door');
      return scope ? [{ method: method.toUpperCase(), path: filled, scope }] : [];
    }),
  );
}

const json = (body: string) => JSON.parse(body) as Record<string, unknown>;

describe('doors', () => {
  it('let nobody in without a sign-in, and no token beyond its scopes, on any route of the document', async () => {
    const { gate, tokenOf } = await doors();
    // Every group of routes, with views that are not reached.
    const views: unknown = new Proxy(() => [], { get: () => views });
    const http = new HttpServer({
      ...{ host: '127.0.0.1', port: 0, maxConnections: 10, views: views as Views },
      identify: (shown) => gate.identify(shown),
    });
    await http.start();
    onTestFinished(() => http.stop());
    const { address } = http;
    const routes = guardedRoutes();
    expect(routes.length).toBeGreaterThan(30);
    for (const { method, path, scope } of [
      ...routes,
      { method: 'GET', path: '/metrics', scope: 'service:read' as const },
    ]) {
      const other: Scope = scope === 'recognize' ? 'events:read' : 'recognize';
      const statuses = [{}, tokenOf([other])].map(
        async (headers) => (await fetch(`${address}${path}`, { method, headers })).status,
      );
      const at = `${method} ${path}`;
      expect([at, ...(await Promise.all(statuses))]).toEqual([at, 401, 403]);
    }
  });

  it.each([
    ['vera', 'GET', '/metrics'],
    ['vera', 'GET', '/api/v1/sinks'],
    ['vera', 'GET', '/api/v1/dead-letters'],
    ['vera', 'POST', '/api/v1/people/alice/forget'],
    ['vera', 'POST', '/api/v1/log/copy'],
    ['vera', 'GET', '/api/v1/tokens'],
    ['otto', 'POST', '/api/v1/people/alice/forget'],
    ['otto', 'POST', '/api/v1/log/copy'],
    ['otto', 'DELETE', '/api/v1/dead-letters/1'],
    ['otto', 'GET', '/api/v1/tokens'],
    ['otto', 'POST', '/api/v1/tokens'],
  ])('keep %s from %s %s', async (name, method, path) => {
    const { ask, cookieOf, origin, acted } = await doors();
    const answer = await ask(path, { method, headers: { cookie: await cookieOf(name), origin } });
    expect([answer.status, acted]).toEqual([403, []]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('let each role do what it may', async () => {
    const { ask, cookieOf, origin, acted } = await doors();
    const as = async (name: string, method: string, path: string) =>
      (await ask(path, { method, headers: { cookie: await cookieOf(name), origin } })).status;
    expect(await as('vera', 'GET', '/api/v1/events')).toBe(200);
    expect(await as('otto', 'GET', '/metrics')).toBe(200);
    expect(await as('anna', 'POST', '/api/v1/people/bob/forget')).toBe(200);
    expect(await as('anna', 'POST', '/api/v1/log/copy')).toBe(200);
    expect(await as('anna', 'GET', '/api/v1/tokens')).toBe(200);
    expect(acted).toEqual(['forget bob', 'copy log']);
  });

  it('show a viewer only its cameras: nothing of another one by list, number, picture or name', async () => {
    const { ask, cookieOf } = await doors();
    const headers = { cookie: await cookieOf('vera') };
    const get = (path: string) => ask(path, { headers });
    const seqs = async (query: string) =>
      (json((await get(`/api/v1/events${query}`)).body).events as { seq: number }[]).map(({ seq }) => seq);
    expect(await seqs('')).toEqual([3, 1]);
    expect(await seqs('?after=0')).toEqual([1, 3]);
    expect(await seqs('?camera=yard')).toEqual([]);
    expect((await get('/api/v1/events?camera=yard')).body).toContain('no camera \\"yard\\" is configured');
    expect(await seqs('?camera=yard&camera=door')).toEqual([3, 1]);
    for (const path of ['', '?explain=true', '/snapshot.jpg', '/face.jpg']) {
      expect([path, (await get(`/api/v1/events/1${path}`)).status]).toEqual([path, 200]);
      expect([path, (await get(`/api/v1/events/2${path}`)).status]).toEqual([path, 404]);
      // What is not there and what is not shown are the same.
      const [hidden, missing] = [await get(`/api/v1/events/2${path}`), await get(`/api/v1/events/99${path}`)];
      expect(hidden.body.replaceAll('event 2', 'event 99')).toBe(missing.body);
    }
    expect((await get('/api/v1/cameras')).body).not.toContain('yard');
    expect((await get('/api/v1/cameras/door/frame.jpg')).status).toBe(200);
    expect((await get('/api/v1/cameras/yard/frame.jpg')).status).toBe(404);
  });

  it('limit a token to its cameras as a viewer', async () => {
    const { ask, tokenOf } = await doors();
    const headers = tokenOf(['events:read', 'cameras:read'], ['yard']);
    expect((await ask('/api/v1/events/1/snapshot.jpg', { headers })).status).toBe(404);
    expect((await ask('/api/v1/events/2/snapshot.jpg', { headers })).status).toBe(200);
    const nothing = tokenOf(['events:read'], []);
    expect(json((await ask('/api/v1/events', { headers: nothing })).body).events).toEqual([]);
  });

  it('let nobody who sees only some cameras forget what all have seen', async () => {
    const { ask, tokenOf, acted } = await doors();
    const send = (headers: { authorization: string }) =>
      ask('/api/v1/people/bob/forget', { method: 'POST', headers });
    expect((await send(tokenOf(['people:forget']))).status).toBe(200);
    expect(() => tokenOf(['people:forget'], ['door'])).toThrow(
      /people:forget, which concern all; leave them out/,
    );
    expect(acted).toEqual(['forget bob']);
  });

  it('make no token that may do more than its maker', async () => {
    const { ask, tokenOf } = await doors();
    const make = async (headers: { authorization: string }, token: object) =>
      ask('/api/v1/tokens', { method: 'POST', headers, body: JSON.stringify(token) });
    const limited = tokenOf(['access:write', 'events:read'], ['door']);
    expect((await make(limited, { name: 'a', scopes: ['service:write'] })).status).toBe(403);
    expect((await make(limited, { name: 'a', scopes: ['events:read'] })).status).toBe(403);
    expect((await make(limited, { name: 'a', scopes: ['events:read'], cameras: ['yard'] })).status).toBe(403);
    const made = await make(limited, { name: 'a', scopes: ['events:read'], cameras: ['door'] });
    expect(made.status).toBe(201);
    const { token } = json(made.body);
    expect((await ask('/api/v1/events', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    const listed = await ask('/api/v1/tokens', { headers: limited });
    expect(listed.body).toContain('"name":"a"');
    expect(listed.body).not.toContain('spotter_');
  });

  it.each([
    ['a name that is taken', { name: 'TAKEN', scopes: ['events:read'] }, 409],
    ['a path as a name', { name: '../../x', scopes: ['events:read'] }, 400],
    ['a name of 300 letters', { name: 'x'.repeat(300), scopes: ['events:read'] }, 400],
    ['no scope', { name: 'a', scopes: [] }, 400],
    ['a scope that there is not', { name: 'a', scopes: ['root'] }, 400],
    ['another key', { name: 'a', scopes: ['events:read'], hash: 'x' }, 400],
  ])('refuse a token with %s', async (_what, token, status) => {
    const { ask, tokenOf } = await doors();
    const headers = tokenOf(['access:write', 'events:read'], null, 'taken');
    const answer = await ask('/api/v1/tokens', { method: 'POST', headers, body: JSON.stringify(token) });
    expect([answer.status, json(answer.body).error]).toEqual([status, expect.any(String)]);
  });

  it("let the daemon's own programs in", async () => {
    const { ask } = await doors();
    const headers = { authorization: `Bearer ${CONTROL}` };
    expect((await ask('/api/v1/log/copy', { method: 'POST', headers })).status).toBe(200);
  });

  it.each([
    ['damaged', 'damaged '.repeat(5000)],
    ['emptied', ''],
  ])(
    'answer 503 while the file of users and tokens is %s, and let nobody in but the programs of the daemon',
    async (_, content) => {
      const { ask, cookieOf, folder, lines } = await doors();
      const cookie = await cookieOf('anna');
      writeFileSync(path.join(folder, ACCESS_FILE), content);
      const failed = await ask('/api/v1/events', { headers: { cookie } });
      expect(failed.status).toBe(503);
      expect(failed.body).toContain('users and tokens cannot be read now; see the log');
      expect((await ask('/api/v1/events')).status).toBe(503);
      expect((await ask('/healthz')).status).toBe(200);
      expect((await ask('/api/v1/session')).body).toBe('{"signIn":"password","caller":null}');
      const control = { authorization: `Bearer ${CONTROL}` };
      expect((await ask('/api/v1/events', { headers: control })).status).toBe(200);
      expect(lines.join()).toContain('the file is damaged');
    },
  );

  it('ask nobody to sign in where that is not required, and still refuse a wrong token', async () => {
    const { ask } = await doors((auth) => {
      auth.required = 'never';
    });
    expect((await ask('/api/v1/events')).status).toBe(200);
    expect((await ask('/api/v1/events', { headers: { authorization: 'Bearer other' } })).status).toBe(401);
    expect((await ask('/api/v1/session')).body).toContain('"signIn":"none"');
  });
});
