import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { httpServer } from '../helpers/http.js';

const api = {
  log: () => ({ epoch: 'e', firstSeq: 1, lastSeq: 0 }),
  find: () => {
    throw new Error('boom');
  },
  event: () => null,
  cameras: () => {
    throw new Error('secret inside');
  },
  deadLetters: () => [],
};
const control = {
  forget: async (name: string) => ({ name }),
  resend: async () => ({}),
  drop: () => false,
  copyLog: async () => ({}),
};

async function answer(path: string, init: RequestInit = {}) {
  const { address } = await httpServer({ api, control });
  const response = await fetch(`${address}${path}`, init);
  return [response.status, await response.json()];
}

/** What the server answers to bytes that are sent as they are. */
async function raw(bytes: string): Promise<string> {
  const { address } = await httpServer({ api });
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(bytes);
  return text(socket);
}

describe('HttpServer: requests that reach no handler', () => {
  it.each([
    ['/api/v1/%zz', {}, 400, /a % must be followed by two hexadecimal digits/],
    [`/api/v1/people/${'x'.repeat(800)}/forget`, { method: 'POST' }, 414, /longer than 768 characters/],
    ['/api/v1/log/copy', { method: 'POST', body: 'x', headers: { 'content-type': 'a/b' } }, 415, /send JSON/],
    [
      '/api/v1/log/copy',
      { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } },
      400,
      /not JSON/,
    ],
    [
      '/api/v1/log/copy',
      { method: 'POST', body: `"${'x'.repeat(70_000)}"`, headers: { 'content-type': 'application/json' } },
      413,
      /too large; send up to 0.06 MB$/,
    ],
    ['/api/v1/cameras', {}, 500, /^the request failed inside spotter; see its log$/],
  ])('are answered in the form of all errors: %s', async (path, init, status, sentence) => {
    expect(await answer(path, init)).toEqual([
      status,
      expect.objectContaining({ error: expect.stringMatching(sentence) }),
    ]);
  });

  it('are reported when a handler has failed', async () => {
    const failed: string[] = [];
    const { address } = await httpServer({ api }, { onFailed: (message) => failed.push(message) });
    await fetch(`${address}/api/v1/cameras`);
    expect(failed).toEqual(['GET /api/v1/cameras failed: secret inside']);
  });

  it('take a name of 64 characters that are all encoded', async () => {
    const name = '\u{1F600}'.repeat(64);
    expect(await answer(`/api/v1/people/${encodeURIComponent(name)}/forget`, { method: 'POST' })).toEqual([
      200,
      { name },
    ]);
  });

  it.each([
    ['TLS', '\u0016\u0003\u0001', 400, 'this is not a request of HTTP/1.1; use http://, without TLS'],
    ['not HTTP', 'hello\r\n\r\n', 400, 'this is not a request of HTTP/1.1; correct it (Invalid method'],
    [
      'too large',
      `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'the address and the headers are too long',
    ],
    [
      'not encoded',
      'GET /api/v1/events?person=Jürgen HTTP/1.1\r\n\r\n',
      400,
      'the address has a character that is to be',
    ],
    [
      'not encoded either',
      'GET /people/Anna B HTTP/1.1\r\n\r\n',
      400,
      'the address has a character that is to be',
    ],
    [
      'of two lengths',
      'POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc',
      400,
      "this is not a request of HTTP/1.1; correct it (Transfer-Encoding can't be present with Content-Length)",
    ],
  ])('are answered even if they are %s', async (_what, bytes, status, sentence) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('{'))).error).toContain(sentence);
  });
});
