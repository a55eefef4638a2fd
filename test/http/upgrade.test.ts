import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import type { HttpServer } from '../../src/http/server.js';
import { Client, draft, serve } from '../helpers/socket.js';

async function refusedWith(url: string, options: WebSocket.ClientOptions = {}): Promise<number | undefined> {
  const socket = new WebSocket(url, options);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  socket.terminate();
  return response.statusCode;
}

/** Sends bytes as they are. @returns the connection, and all that came back once it is closed */
function raw(http: HttpServer, request: string) {
  const { port, hostname } = new URL(http.address);
  const peer = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  onTestFinished(() => {
    peer.destroy();
  });
  let text = '';
  peer.on('data', (data) => {
    text += data;
  });
  peer.on('error', () => {});
  peer.write(request);
  return { peer, closed: once(peer, 'end').then(() => text) };
}

const upgrade = (path: string, host: string, protocol = 'websocket') =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`;

describe('HttpServer: a peer that asks for something odd', () => {
  it.each([
    ['//', 'localhost', '404'],
    ['http://', 'localhost', '404'],
    ['/nope', 'localhost', '404'],
    ['/ws', 'evil.example', '403'],
  ])('is refused: %s of %s', async (path, host, status) => {
    const { http } = await serve();
    const answer = await raw(http, upgrade(path, host)).closed;
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/\r\n\r\n{"error":".+"}$/);
    expect((await fetch(`${http.address}/healthz`)).status).toBe(200);
  });

  it('and hangs up at once, or never, disturbs nobody', async () => {
    const { http, stop } = await serve();
    for (let round = 0; round < 30; round++) raw(http, upgrade('/ws', 'evil.example')).peer.resetAndDestroy();
    const stays = raw(http, upgrade('/nope', 'localhost'));
    await stays.closed;
    expect((await fetch(`${http.address}/healthz`)).status).toBe(200);
    // The peer keeps its side open; the server ends all the same.
    await stop();
  });

  it('and upgrades while a response is outstanding is disconnected', async () => {
    const { http, fill } = await serve();
    fill(500);
    const events = 'GET /api/v1/events?limit=500 HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    const handshake = upgrade('/ws', 'localhost').replace(/\r\n$/, key);
    const { peer, closed } = raw(http, events + handshake);
    const answer = await Promise.race([closed, once(peer, 'data').then(String)]);
    expect(answer).toBe('');
    expect((await fetch(`${http.address}/healthz`)).status).toBe(200);
  });

  it('and offers another protocol is answered in this one', async () => {
    const { http } = await serve();
    const answer = await raw(http, upgrade('/healthz', 'localhost', 'h2c')).closed;
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(answer).toContain('{"status":"ok"}');
  });
});

describe('EventSocket: its door', () => {
  it('is open to programs, to pages of this machine and to the origins that are named', async () => {
    const { ws } = await serve(['https://dash.example']);
    for (const origin of [
      undefined,
      'http://localhost:3000',
      'http://127.0.0.1:5173',
      'https://dash.example',
    ]) {
      await new Client(ws, origin === undefined ? {} : { origin }).ofType('hello');
    }
  });

  it('is closed to other pages, other paths and other host names', async () => {
    const { ws } = await serve();
    expect(await refusedWith(ws, { origin: 'https://evil.example' })).toBe(403);
    expect(await refusedWith(ws, { origin: 'null' })).toBe(403);
    expect(await refusedWith(`${ws}x`)).toBe(404);
    expect(await refusedWith(ws, { headers: { host: 'evil.example' } })).toBe(403);
  });

  it('is closed to more clients than their share, and /healthz stays reachable', async () => {
    const { ws, http, socket, refused } = await serve([], { maxConnections: 5 });
    const clients = Array.from({ length: 4 }, () => new Client(ws));
    for (const client of clients) await client.ofType('hello');
    expect(await refusedWith(ws)).toBe(503);
    expect(refused).toEqual([expect.stringContaining('4 WebSocket clients are connected')]);
    expect((await fetch(`${http.address}/healthz`)).status).toBe(200);
    clients[0].socket.close();
    await expect.poll(() => socket.clients).toBe(3);
    await new Client(ws).ofType('hello');
  });

  it('survives peers that talk nonsense or go away in the middle', async () => {
    const { feed, ws, http } = await serve();
    const { port } = new URL(http.address);
    for (const nonsense of [
      'GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n',
      'rubbish\r\n\r\n',
      'GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    ]) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write(nonsense);
      await Promise.race([once(socket, 'close'), once(socket, 'data')]);
      socket.destroy();
    }
    const client = new Client(ws);
    await client.ofType('hello');
    feed.publish(draft());
    await client.ofType('event');
  });
});
