import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { openBrowser } from '../helpers/browser.js';
import { doors } from '../helpers/doors.js';
import { spotterEvent } from '../helpers/events.js';
import { fileServer } from '../helpers/fileServer.js';
import { Client, numbersOf } from '../helpers/socket.js';

/** Status of a refused handshake. */
async function refusal(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const socket = new WebSocket(url, { headers });
  onTestFinished(() => socket.terminate());
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  return response.statusCode;
}

/** Code with which the server closes a connection. */
const closing = async ({ socket }: Client): Promise<number> => (await once(socket, 'close'))[0];

describe('doors before a WebSocket', () => {
  it('are closed without a sign-in, with what is not valid, and in the address', async () => {
    const { ws, tokenOf } = await doors();
    const { authorization } = tokenOf(['events:read']);
    expect(await refusal(ws, {})).toBe(401);
    expect(await refusal(ws, { authorization: 'Bearer spotter_x' })).toBe(401);
    expect(await refusal(ws, tokenOf(['cameras:read']))).toBe(403);
    expect(await refusal(`${ws}?token=${authorization.slice(7)}`, {})).toBe(401);
    expect(await refusal(ws, { 'sec-websocket-protocol': authorization.slice(7) })).toBe(401);
  });

  it('open with a token among the protocols, as a page of an allowed origin has to send it, and do not repeat it', async () => {
    const { ws, tokenOf } = await doors((_, http) => {
      http.allowedOrigins = ['https://dash.example'];
    });
    const token = tokenOf(['events:read'], ['door']).authorization.slice('Bearer '.length);
    const page = (origin: string, text = token) =>
      new WebSocket(ws, ['spotter', `bearer.${text}`], { origin });
    const socket = page('https://dash.example');
    onTestFinished(() => socket.terminate());
    const [hello] = await once(socket, 'message');
    expect(JSON.parse(hello.toString()).cameras).toEqual([{ id: 'door' }]);
    expect(socket.protocol).toBe('spotter');
    for (const [refused, status] of [
      [page('https://evil.example'), 403],
      [page('https://dash.example', `${token}x`), 401],
    ] as const) {
      refused.on('error', () => {});
      onTestFinished(() => refused.terminate());
      const [, response] = await once(refused, 'unexpected-response');
      expect(response.statusCode).toBe(status);
    }
  });

  it('open in a browser for the page of an allowed origin, as the example of the docs does it', async (context) => {
    const browser = await openBrowser(context);
    const { url: dashboard } = await fileServer((_, response) => response.end('<!doctype html>'));
    const { ws, tokenOf } = await doors((_, http) => {
      http.allowedOrigins = [dashboard];
    });
    const token = tokenOf(['events:read'], ['door']).authorization.slice('Bearer '.length);
    const page = await browser.newPage();
    await page.goto(dashboard);
    const opened = (protocols: string[]) =>
      page.evaluate(`new Promise((resolve) => {
        const socket = new WebSocket(${JSON.stringify(ws)}, ${JSON.stringify(protocols)});
        socket.onmessage = ({ data }) => resolve([socket.protocol, JSON.parse(data).cameras]);
        socket.onerror = () => resolve('refused');
      })`);
    expect(await opened(['spotter', `bearer.${token}`])).toEqual(['spotter', [{ id: 'door' }]]);
    expect(await opened(['spotter', `bearer.${token}x`])).toBe('refused');
  });

  it('open with a cookie for pages of spotter itself only', async () => {
    const { ws, cookieOf, origin } = await doors();
    const cookie = await cookieOf('anna');
    expect(await refusal(ws, { cookie })).toBe(403);
    for (const other of ['https://evil.example', 'http://localhost:3000', 'null'])
      expect(await refusal(ws, { cookie, origin: other })).toBe(403);
    const client = new Client(ws, { headers: { cookie, origin } });
    expect((await client.ofType('hello')).cameras).toEqual([{ id: 'door' }, { id: 'yard' }]);
  });

  it('show a viewer only its cameras: in hello, events new and old, states and statistics', async () => {
    const { ws, cookieOf, origin, socket, tokenOf } = await doors();
    const headers = { cookie: await cookieOf('vera'), origin };
    const viewer = new Client(`${ws}?since=0&stats=true`, { headers });
    const hello = await viewer.ofType('hello');
    expect(JSON.stringify(hello)).not.toContain('yard');
    expect(hello.tracks).toEqual([{ camera: 'door', person: 'alice' }]);
    await viewer.message(({ seq, type }) => type === 'event' && seq === 3);
    socket.cameraState('yard', 'live', null);
    socket.cameraState('door', 'live', null);
    expect(await viewer.ofType('camera')).toMatchObject({ id: 'door' });
    for (const camera of ['yard', 'door'])
      socket.publish(spotterEvent({ camera, seq: camera === 'yard' ? 5 : 6 }));
    await viewer.message(({ seq }) => seq === 6);
    expect(numbersOf(viewer)).toEqual([1, 3, 6]);
    expect((await viewer.ofType('stats')).cameras).toEqual([{ camera: 'door' }]);
    const all = new Client(`${ws}?since=0`, { headers: tokenOf(['events:read']) });
    await all.message(({ seq, type }) => type === 'event' && seq === 4);
    expect(numbersOf(all)).toEqual([1, 2, 3, 4]);
  });

  it('give no name away that a client may not see', async () => {
    const { ws, tokenOf } = await doors();
    const client = new Client(ws, { headers: tokenOf(['events:read'], ['door']) });
    await client.ofType('hello');
    await client.send({ type: 'subscribe', cameras: ['yard'] });
    expect((await client.ofType('error')).message).toContain('no camera "yard" is configured');
    await client.send({ type: 'subscribe', people: ['alicia'] });
    expect(JSON.stringify(client.messages)).not.toContain('"alice\\"');
    const wrong = new Client(`${ws}?cameras=yard`, { headers: tokenOf(['events:read'], ['door']) });
    expect(await closing(wrong)).toBe(1008);
  });

  it('show nothing to a client of no camera', async () => {
    const { ws, tokenOf, socket } = await doors();
    const client = new Client(`${ws}?since=0`, { headers: tokenOf(['events:read'], []) });
    expect(await client.ofType('hello')).toMatchObject({ cameras: [], tracks: [] });
    socket.publish(spotterEvent({ seq: 5 }));
    await client.send({ type: 'subscribe', stats: true });
    expect((await client.ofType('stats')).cameras).toEqual([]);
    expect(numbersOf(client)).toEqual([]);
  });

  it('close when a session ends, a token is revoked, a user is removed or has fewer rights, and stay open for others', async () => {
    const { ws, cookieOf, origin, file, ask, addUser, tokenOf, closed } = await doors();
    const connect = async (headers: Record<string, string>) => {
      const client = new Client(ws, { headers });
      await client.ofType('hello');
      return client;
    };
    const anna = await cookieOf('anna');
    const signedOut = await connect({ cookie: anna, origin });
    const other = await connect({ cookie: await cookieOf('anna'), origin });
    const removed = await connect({ cookie: await cookieOf('otto'), origin });
    const changed = await connect({ cookie: await cookieOf('vera'), origin });
    const revoked = await connect(tokenOf(['events:read'], null, 'ha'));
    const codes = Promise.all([signedOut, removed, changed, revoked].map(closing));
    await ask('/api/v1/session', { method: 'DELETE', headers: { cookie: anna, origin } });
    file.use(({ users, tokens }) => {
      users.remove('otto');
      users.remove('vera');
      tokens.revoke('ha');
    });
    addUser('vera', 'viewer', ['yard']);
    expect(await codes).toEqual([1008, 1008, 1008, 1008]);
    expect(closed).toEqual(Array(4).fill('signed_out'));
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('close for everybody without a sign-in once there is a user', async () => {
    const { ws, file, addUser } = await doors();
    file.use(({ users }) => ['anna', 'otto', 'vera'].map((name) => users.remove(name)));
    const client = new Client(ws);
    await client.ofType('hello');
    const code = closing(client);
    addUser('anna', 'admin');
    expect(await code).toBe(1008);
    expect(await refusal(ws, {})).toBe(401);
  });
});
