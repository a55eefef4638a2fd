import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StoredEvent } from '../../src/http/replay.js';
import { httpServer } from '../helpers/http.js';

const LIMIT = 16;
/** More bytes than the sockets of both ends buffer. */
const LONGER_THAN_BUFFERS = 32 << 20;

/** A log whose pages are as long as it is asked, and how many were made. */
function bigLog(characters: number, character = 'x') {
  const made = { pages: 0 };
  const text = JSON.stringify({ fill: character.repeat(characters) });
  const event = (seq: number): StoredEvent => ({ seq, kind: 'match', camera: 'door', person: null, text });
  const api = {
    log: () => ({ epoch: 'e', firstSeq: 1, lastSeq: 1000 }),
    find: ({ limit }: { limit: number }) => {
      made.pages++;
      return Array.from({ length: limit }, (_, index) => event(1000 - index));
    },
    event: () => null,
    cameras: () => [],
    deadLetters: (_before: number | null, limit: number) =>
      Array.from({ length: limit }, (_, index) => ({ number: 1000 - index, text })),
  };
  return { api, made };
}

async function connected(address: string): Promise<Socket> {
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Status of /healthz; 0 when the connection is refused. */
const health = (address: string) =>
  fetch(`${address}/healthz`, { headers: { connection: 'close' } }).then(
    ({ status }) => status,
    () => 0,
  );

/** Asks for an event and reads nothing of it. */
async function unreadClient(address: string): Promise<void> {
  const socket = await connected(address);
  socket.pause();
  socket.write(request('/api/v1/events'));
}

const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;

describe('HttpServer under abuse', () => {
  it('makes one page at a time for a connection that pipelines and reads nothing', async () => {
    const { api, made } = bigLog(20_000);
    const http = await httpServer({ api });
    const socket = await connected(http.address);
    socket.pause();
    socket.write(request('/api/v1/events?limit=500').repeat(LIMIT));
    await expect.poll(() => made.pages).toBeGreaterThan(0);
    // A page is larger than what the sockets of both ends buffer: the first is still being sent.
    for (let i = 0; i < 5; i++) expect((await fetch(`${http.address}/healthz`)).status).toBe(200);
    expect(made.pages).toBeLessThan(LIMIT);
    let received = '';
    socket.setEncoding('latin1').on('data', (text) => {
      received += text;
    });
    socket.resume();
    await expect.poll(() => received.split('HTTP/1.1 200').length - 1, { timeout: 20_000 }).toBe(LIMIT);
    expect(made.pages).toBe(LIMIT);
  });

  it('closes a connection with more requests waiting than allowed, and serves others', async () => {
    const { api, made } = bigLog(20_000);
    const http = await httpServer({ api });
    const socket = await connected(http.address);
    socket.pause();
    const closed = once(socket, 'close');
    socket.write(request('/api/v1/events?limit=500').repeat(700));
    socket.resume();
    await closed;
    expect((await fetch(`${http.address}/healthz`)).status).toBe(200);
    expect(made.pages).toBeLessThanOrEqual(LIMIT);
  });

  it.each(['/api/v1/events', '/api/v1/dead-letters'])(
    'limits a page in bytes, and goes on: %s',
    async (path) => {
      const { api } = bigLog(100_000);
      const http = await httpServer({ api });
      const response = await fetch(`${http.address}${path}?limit=100`);
      const text = await response.text();
      expect(text.length).toBeLessThan((1 << 20) + 1000);
      const page = JSON.parse(text) as { events?: unknown[]; deadLetters?: unknown[]; next: string };
      const { length } = page.events ?? page.deadLetters ?? [];
      expect(length).toBeGreaterThan(5);
      expect(page.next).toContain(`before=${1000 - length + 1}`);
    },
  );

  it('measures a page in bytes, not in characters', async () => {
    const { api } = bigLog(100_000, '語');
    const http = await httpServer({ api });
    const body = await (await fetch(`${http.address}/api/v1/events`)).arrayBuffer();
    expect(body.byteLength).toBeLessThan((1 << 20) + 1000);
  });

  it('gives a single item that is longer than a page', async () => {
    const { api } = bigLog(2 << 20);
    const http = await httpServer({ api });
    const page = (await (await fetch(`${http.address}/api/v1/events`)).json()) as { events: unknown[] };
    expect(page.events).toHaveLength(1);
  });

  it('answers connections beyond the limit with 503, and reports it', async () => {
    const { api } = bigLog(10);
    const refused: string[] = [];
    const http = await httpServer(
      { api },
      { maxConnections: 2, onRefused: (message) => refused.push(message) },
    );
    const first = await connected(http.address);
    await connected(http.address);
    const third = await connected(http.address);
    let answer = '';
    third.setEncoding('latin1').on('data', (text) => {
      answer += text;
    });
    await once(third, 'close');
    // Without a request: nothing waits for the client.
    expect(answer).toMatch(/^HTTP\/1\.1 503 .*\r\nConnection: close\r\nRetry-After: \d+\r\n/s);
    expect(answer).toMatch(/\r\n\r\n{"error":"2 connections are open; disconnect some, .+"}$/);
    expect(refused).toEqual([expect.stringContaining('2 connections are open')]);
    const response = await fetch(`${http.address}/api/v1/cameras`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
    first.destroy();
    await expect.poll(() => health(http.address)).toBe(200);
  });

  it('disconnects a client that reads nothing of its response', async () => {
    const { api } = bigLog(LONGER_THAN_BUFFERS);
    const http = await httpServer({ api }, { unreadMs: 100, maxConnections: 1 });
    await unreadClient(http.address);
    await expect.poll(() => health(http.address), { timeout: 10_000 }).toBe(200);
  });

  it('waits for a handler that takes longer than a client may leave a response unread', async () => {
    const { api } = bigLog(LONGER_THAN_BUFFERS);
    const steps = new EventEmitter();
    const forget = async () => {
      steps.emit('called');
      await once(steps, 'finish');
      return { done: true };
    };
    const options = { unreadMs: 100, maxConnections: 2 };
    const control = { forget, resend: forget, drop: () => false, copyLog: forget };
    const http = await httpServer({ api, control }, options);
    const called = once(steps, 'called');
    const socket = await connected(http.address);
    const post = 'POST /api/v1/people/alice/forget HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    // Behind another response, whose timeout must not go on.
    socket.write(request('/healthz') + post);
    await called;
    await unreadClient(http.address);
    await expect.poll(() => health(http.address), { timeout: 10_000 }).toBe(200);
    let received = '';
    socket.setEncoding('latin1').on('data', (text) => {
      received += text;
    });
    steps.emit('finish');
    await expect.poll(() => received).toContain('{"done":true}');
  });

  it('disconnects a client whose headers do not arrive', async () => {
    const { api } = bigLog(10);
    const http = await httpServer({ api });
    const socket = await connected(http.address);
    socket.write('GET / HTTP/1.1\r\n');
    const [answer] = await once(socket.setEncoding('latin1'), 'data');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });
});
