import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Views } from '../../src/http/routes.js';
import { HttpServer } from '../../src/http/server.js';
import { root } from '../helpers/paths.js';

const FILE = path.join(root, 'docs/openapi.json');
const RENEW =
  'the routes have changed: renew docs/openapi.json with "RENEW=1 npx vitest run test/http/openapi.test.ts"';

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: { token: string[] }[];
  parameters?: { name: string; in: string; schema: object }[];
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

/** The document of a server with views of any shape: it is made of schemas alone. */
async function served(): Promise<Document> {
  const any: unknown = new Proxy(() => [], { get: () => any });
  const server = new HttpServer({ host: '127.0.0.1', port: 0, maxConnections: 10, views: any as Views });
  await server.start();
  onTestFinished(() => server.stop());
  const response = await fetch(`${server.address}/api/v1/openapi.json`);
  return (await response.json()) as Document;
}

describe('/api/v1/openapi.json', () => {
  it('is the document in docs/openapi.json', async () => {
    const text = `${JSON.stringify(await served(), null, 2)}\n`;
    if (process.env.RENEW) writeFileSync(FILE, text);
    expect(text === readFileSync(FILE, 'utf8'), RENEW).toBe(true);
  });

  it('is OpenAPI 3.1 without a reference that leads nowhere', async () => {
    const document = await served();
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      expect(Object.keys(document.components.schemas)).toContain(name);
    // What 3.0 had instead, and what zod writes before it is made a reference.
    expect(text).not.toMatch(/"nullable":|PLACEHOLDER|"\$defs"/);
  });

  it('has a row for each route in docs/api.md, with the scope that it needs', async () => {
    const rows = readFileSync(path.join(root, 'docs/api.md'), 'utf8').split('\n');
    for (const [address, operations] of Object.entries((await served()).paths))
      for (const [method, { security }] of Object.entries(operations)) {
        const route = `${address.replace('/api/v1', '')}\``;
        const row = rows.find(
          (line) => line.startsWith('| `') && line.includes(method.toUpperCase()) && line.includes(route),
        );
        expect(row, `${method} ${address}`).toBeDefined();
        for (const { token } of security)
          expect(row, `${method} ${address}`).toContain(`| \`${token[0]}\` |`);
      }
  });

  it('describes each operation: its own id, a summary, its parameters, what it answers, and errors', async () => {
    const { paths } = await served();
    const ids: string[] = [];
    for (const [address, operations] of Object.entries(paths))
      for (const [method, operation] of Object.entries(operations)) {
        const which = `${method} ${address}`;
        ids.push(operation.operationId);
        expect(operation.operationId, which).toMatch(/^[a-z][A-Za-z]+$/);
        expect(operation.summary, which).toMatch(/^[A-Z]/);
        expect(operation.tags, which).toHaveLength(1);
        const named = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
        expect(named.map(({ name }) => `{${name}}`).sort(), which).toEqual(
          (address.match(/\{\w+\}/g) ?? []).sort(),
        );
        const answers = Object.keys(operation.responses);
        expect(answers, which).toContain('default');
        expect(
          answers.some((status) => /^2\d\d$/.test(status)),
          which,
        ).toBe(true);
        expect(Object.keys(operation.responses.default.content ?? {})).toEqual(['application/problem+json']);
      }
    expect(new Set(ids).size).toBe(ids.length);
  });
});
