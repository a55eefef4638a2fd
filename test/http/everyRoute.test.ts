import { describe, expect, it, onTestFinished } from 'vitest';
import { ANYBODY, type Caller, NOBODY } from '../../src/core/access.js';
import type { Views } from '../../src/http/routes.js';
import { HttpServer } from '../../src/http/server.js';

interface Operation {
  method: string;
  /** An address of the route, with made-up names and numbers. */
  address: string;
  isPublic: boolean;
  /** Media types of its body; none without one. */
  accepts: string[];
}

/** A server with views of any shape that fail when they are used, and every operation of its document. */
async function served(caller: Caller) {
  const any: unknown = new Proxy(() => {}, {
    get: () => any,
    apply: () => {
      throw new Error('the handler has run');
    },
  });
  const options = { host: '127.0.0.1', port: 0, maxConnections: 100, views: any as Views };
  const server = new HttpServer({ ...options, identify: () => caller });
  await server.start();
  onTestFinished(() => server.stop());
  const { paths } = (await (await fetch(`${server.address}/api/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { security: object[]; requestBody?: { content: object } }>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { security, requestBody }]): Operation => ({
        method: method.toUpperCase(),
        address: path.replace(/\{(seq|number)\}/g, '7').replace(/\{\w+\}/g, 'x'),
        isPublic: security.length === 0,
        accepts: Object.keys(requestBody?.content ?? {}),
      }),
    ),
  );
  const send = async ({ method, address }: Operation, body?: string, type = 'application/json') => {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': type };
    const response = await fetch(server.address + address, { method, headers, body: body ?? null });
    const isProblem = response.headers.get('content-type') === 'application/problem+json; charset=utf-8';
    const text = await response.text();
    return { status: response.status, error: isProblem ? (JSON.parse(text).error as string) : null };
  };
  return { operations, send };
}

const named = ({ method, address }: Operation) => `${method} ${address}`;

describe('every route', () => {
  it('is refused with 401 without a sign-in, unless it is public', async () => {
    const { operations, send } = await served(NOBODY);
    const refused = operations.filter(({ isPublic }) => !isPublic);
    expect(refused.length).toBeGreaterThan(20);
    for (const operation of refused)
      expect(await send(operation), named(operation)).toEqual({
        status: 401,
        error: expect.stringMatching(/^sign in first/),
      });
    const open = operations.filter(({ isPublic }) => isPublic).map(named);
    expect(open.sort()).toEqual([
      'DELETE /api/v1/session',
      'GET /api/v1/schemas',
      'GET /api/v1/schemas/x',
      'GET /api/v1/session',
      'POST /api/v1/session',
    ]);
  });

  it('is refused with 403 to a caller without the scope that it needs', async () => {
    const { operations, send } = await served({ ...ANYBODY, name: 'anna', scopes: new Set() });
    for (const operation of operations.filter(({ isPublic }) => !isPublic)) {
      const { status, error } = await send(operation);
      expect([status, error], named(operation)).toEqual([
        403,
        expect.stringMatching(/^this needs the scope/),
      ]);
    }
  });

  it('refuses a body that is no JSON, not what it wants, of another type, or too large, before its handler runs', async () => {
    const { operations, send } = await served(ANYBODY);
    const withJson = operations.filter(({ accepts }) => accepts.includes('application/json'));
    expect(withJson.length).toBeGreaterThan(3);
    for (const operation of withJson) {
      const which = named(operation);
      const { status, error } = await send(operation, '{"a":');
      expect([status, error], which).toEqual([400, 'the body is not JSON; correct it']);
      for (const body of ['[]', '42', '"x"', 'null', '{"__proto__":1}']) {
        const refused = await send(operation, body);
        expect([refused.status, refused.error], `${which} ${body}`).toEqual([400, expect.any(String)]);
      }
      expect((await send(operation, '[]')).error, which).toMatch(/^the body must be an object/);
      const unknown = await send(operation, '{"nonsense":1}');
      expect(unknown.error, which).toMatch(/"nonsense" is not a field here/);
      expect((await send(operation, '{}', 'text/plain')).status, which).toBe(415);
      expect((await send(operation, JSON.stringify('x'.repeat(70_000)))).status, which).toBe(413);
    }
  });
});
