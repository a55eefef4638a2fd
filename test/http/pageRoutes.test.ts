import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { httpServer } from '../helpers/http.js';
import { temporaryFolder } from '../helpers/temporary.js';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const PAGE = '<!doctype html><title>spotter</title>';

/** A server with a page of two files, and a file beside them that is none of its. */
async function served() {
  const folder = temporaryFolder();
  const page = path.join(folder, 'page');
  mkdirSync(path.join(page, 'assets'), { recursive: true });
  writeFileSync(path.join(folder, 'secret.txt'), 'secret');
  writeFileSync(path.join(page, 'index.html'), PAGE);
  writeFileSync(path.join(page, 'assets/main-4f2a.js'), 'start();'.repeat(200));
  const { address } = await httpServer({}, { page });
  return async (file: string, headers: Record<string, string> = {}, method = 'GET') => {
    const response = await fetch(address + file, { method, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

describe('addPageRoutes', () => {
  it('serves the page to browsers and the list of addresses to programs', async () => {
    const get = await served();
    const page = await get('/', HTML);
    expect([page.status, page.text]).toEqual([200, PAGE]);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('vary')).toContain('Accept');
    for (const accept of ['*/*', 'application/json'])
      expect(JSON.parse((await get('/', { accept })).text)).toHaveProperty('addresses');
  });

  it.each(['/live', '/people/alice', '/history?person=alice'])(
    'serves the page at its own addresses, to browsers only: %s',
    async (address) => {
      const get = await served();
      expect(await get(address, HTML)).toMatchObject({ status: 200, text: PAGE });
      expect((await get(address)).status).toBe(404);
      expect((await get(address, HTML, 'POST')).status).toBe(404);
    },
  );

  it.each(['/api', '/api/v1/nothing', '/ws/x', '/metrics/x', '/healthz/'])(
    'serves no page at addresses of programs: %s',
    async (address) => {
      const { status, headers } = await (await served())(address, HTML);
      expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8']);
    },
  );

  it('lets browsers keep the files whose names change with their contents, compressed', async () => {
    const get = await served();
    const file = await get('/assets/main-4f2a.js');
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(file.headers.get('content-type')).toMatch(/javascript/);
    expect(file.headers.get('content-encoding')).toBe('gzip');
    const etag = (await get('/', HTML)).headers.get('etag') ?? '';
    // Without it, fetch asks for no answer from any cache.
    const again = { ...HTML, 'if-none-match': etag, 'cache-control': 'max-age=0' };
    expect((await get('/', again)).status).toBe(304);
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/',
    '/assets',
  ])('serves nothing but the files of the page: %s', async (address) => {
    const { status, text } = await (await served())(address);
    expect(status).toBe(404);
    expect(text).not.toContain('secret"');
  });
});
