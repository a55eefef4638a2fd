import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import type { EventDraft, SpotterEvent } from '../../src/events/event.js';
import { EventFeed } from '../../src/events/feed.js';
import { viewsOf } from '../../src/http/api.js';
import { HttpServer } from '../../src/http/server.js';
import { EventSocket } from '../../src/http/socket.js';
import { eventDraft } from '../helpers/events.js';
import { openLog } from '../helpers/log.js';

type Message = Record<string, unknown> & { type: string };

const draft = (change: Partial<EventDraft> = {}) => eventDraft({ capturedAtMs: Date.now(), ...change });

/** A real server on a free port, fed by a real feed with a real log. */
async function serve(allowedOrigins: string[] = [], { folder }: { folder?: string } = {}) {
  const { log, folder: used } = await openLog(folder === undefined ? {} : { folder });
  const feed = new EventFeed(log);
  const closed: string[] = [];
  const socket = new EventSocket({
    allowedOrigins,
    hello: () => ({
      protocol: 1,
      server: 'spotter/test',
      cameras: [{ id: 'door', state: 'live' }],
      tracks: [],
    }),
    log: () => log.state,
    page: (seq, limit) => log.page(seq, limit),
    stats: () => ({ cameras: [{ camera: 'door', frames: 7 }] }),
    onClosed: (reason) => closed.push(reason),
  });
  let unready: string | null = 'the gallery is being read';
  const http = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    views: {
      server: 'spotter/test',
      unreadyReason: () => unready,
      snapshot: async () => null,
      metrics: async () => ({ contentType: 'text/plain', body: 'x 1\n' }),
      api: viewsOf(log, () => [{ id: 'door', state: 'live', message: null, lastFrameAt: null, tracks: [] }]),
    },
    onUpgrade: (request, stream, head) => socket.upgrade(request, stream, head),
  });
  await socket.start();
  await http.start();
  feed.subscribe((event) => socket.publish(event));
  const stop = async () => {
    await socket.stop();
    await http.stop();
    feed.stop();
    await log.stop();
  };
  onTestFinished(stop);
  const ready = () => {
    unready = null;
  };
  /** Publishes one event and gives it as everybody is told. */
  const publish = (change: EventDraft): SpotterEvent => {
    let told: SpotterEvent | undefined;
    const end = feed.subscribe((event) => {
      told = event;
    });
    feed.publish(change);
    feed.flush();
    end();
    if (!told) throw new Error('nothing was told');
    return told;
  };
  /** Publishes many events at once. */
  const fill = (count: number, change: Partial<EventDraft> = {}) => {
    for (let i = 0; i < count; i++) feed.publish(draft(change));
    while (feed.waiting > 0) feed.flush();
  };
  const ws = `${http.address.replace('http', 'ws')}/ws`;
  return { log, folder: used, feed, publish, fill, socket, http, closed, stop, ready, ws };
}

/** A real client that collects what it is told. */
class Client {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  readonly #waiting: (() => void)[] = [];

  constructor(url: string, options: WebSocket.ClientOptions = {}) {
    this.socket = new WebSocket(url, options);
    this.socket.on('message', (data) => {
      this.messages.push(JSON.parse(data.toString()));
      for (const wake of this.#waiting.splice(0)) wake();
    });
    onTestFinished(() => this.socket.terminate());
  }

  /** The first message that fits, past or to come. */
  async message(fits: (message: Message) => boolean): Promise<Message> {
    for (let next = 0; ; next++) {
      while (next >= this.messages.length) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (fits(this.messages[next])) return this.messages[next];
    }
  }

  ofType(type: string): Promise<Message> {
    return this.message((message) => message.type === type);
  }

  /** Sends a message and waits until the server has read it. */
  async send(message: unknown): Promise<void> {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    const pong = once(this.socket, 'pong');
    this.socket.ping();
    await pong;
  }
}

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

describe('a peer that asks for something odd', () => {
  it.each([
    ['//', 'localhost', '404'],
    ['http://', 'localhost', '404'],
    ['/nope', 'localhost', '404'],
    ['/ws', 'evil.example', '403'],
  ])('is refused: %s of %s', async (path, host, status) => {
    const { http } = await serve();
    expect(await raw(http, upgrade(path, host)).closed).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
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

  it('and offers another protocol is answered in this one', async () => {
    const { http } = await serve();
    const answer = await raw(http, upgrade('/healthz', 'localhost', 'h2c')).closed;
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(answer).toContain('{"status":"ok"}');
  });
});

describe('a client of /ws', () => {
  it('is greeted first, then told every event as it happens', async () => {
    const { log, publish, ws } = await serve();
    publish(draft());
    const client = new Client(ws);
    expect(await client.ofType('hello')).toEqual({
      type: 'hello',
      protocol: 1,
      server: 'spotter/test',
      epoch: log.epoch,
      firstSeq: 1,
      seq: 1,
      cameras: [{ id: 'door', state: 'live' }],
      tracks: [],
    });
    const event = publish(draft({ kind: 'unknown', person: null }));
    expect(await client.ofType('event')).toEqual({ type: 'event', ...event });
    expect(event).toMatchObject({ seq: 2, id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/) });
    expect(client.messages[0].type).toBe('hello');
  });

  it('hears only of the cameras, people and kinds it asked for; empty lists mean all', async () => {
    const { feed, ws } = await serve();
    const client = new Client(ws);
    await client.ofType('hello');
    await client.send({ type: 'subscribe', cameras: ['door'], people: ['alice'], kinds: ['match', 'left'] });
    feed.publish(draft({ camera: 'yard' }));
    feed.publish(draft({ person: 'bob' }));
    feed.publish(draft({ kind: 'appeared' }));
    feed.publish(draft({ kind: 'unknown', person: null }));
    feed.publish(draft());
    await client.send({ type: 'subscribe', cameras: [], people: [], kinds: [] });
    feed.publish(draft({ camera: 'yard', kind: 'unknown', person: null }));
    await client.message(({ seq }) => seq === 6);
    expect(client.messages.filter(({ type }) => type === 'event').map(({ seq }) => seq)).toEqual([5, 6]);
  });

  it('who asks for a person hears when that name is taken back, too', async () => {
    const { publish, ws } = await serve();
    const first = new Client(ws);
    await first.ofType('hello');
    await first.send({ type: 'subscribe', people: ['alice'] });
    publish(draft());
    publish(draft({ kind: 'unknown', person: null, withdrawn: 'alice' }));
    publish(draft({ person: 'bob', withdrawn: 'carol' }));
    publish(draft({ person: 'bob', withdrawn: 'alice' }));
    await first.message(({ seq, type }) => type === 'event' && seq === 4);
    expect(numbersOf(first)).toEqual([1, 2, 4]);
  });

  it('gets statistics once it asks for them, and the changes of its cameras', async () => {
    const { socket, ws } = await serve();
    const client = new Client(ws);
    await client.ofType('hello');
    await client.send({ type: 'subscribe', cameras: ['door'], stats: true });
    socket.publishCamera({ id: 'yard', state: 'live', message: null });
    socket.publishCamera({ id: 'door', state: 'stalled', message: 'why' });
    expect(await client.ofType('camera')).toEqual({
      type: 'camera',
      id: 'door',
      state: 'stalled',
      message: 'why',
    });
    expect(await client.ofType('stats')).toEqual({ type: 'stats', cameras: [{ camera: 'door', frames: 7 }] });
  });

  it.each([
    ['not JSON', 'hello'],
    ['another type', { type: 'unsubscribe' }],
    ['a typo', { type: 'subscribe', camera: ['door'] }],
    ['a kind that there is not', { type: 'subscribe', kinds: ['maybe'] }],
  ])('is told what is wrong with its message and stays connected: %s', async (_name, message) => {
    const { feed, ws } = await serve();
    const client = new Client(ws);
    await client.ofType('hello');
    await client.send(message);
    expect(await client.ofType('error')).toMatchObject({
      code: 'bad_message',
      message: expect.stringMatching(/./),
    });
    feed.publish(draft());
    await client.ofType('event');
  });

  it('is cut off by a message larger than any subscription; the others hear on', async () => {
    const { feed, ws } = await serve();
    const [loud, quiet] = [new Client(ws), new Client(ws)];
    await Promise.all([loud.ofType('hello'), quiet.ofType('hello')]);
    loud.socket.send('x'.repeat(5000));
    const [code] = await once(loud.socket, 'close');
    expect(code).toBe(1009);
    feed.publish(draft());
    await quiet.ofType('event');
  });

  it('is closed with 1013 when it does not read, and the reader beside it misses nothing', async () => {
    const { feed, ws, closed } = await serve();
    const [slow, reader] = [new Client(ws), new Client(ws)];
    await Promise.all([slow.ofType('hello'), reader.ofType('hello')]);
    slow.socket.pause();
    const padded = draft({ runnerUp: 'x'.repeat(4000) });
    let published = 0;
    while (closed.length === 0) {
      for (let i = 0; i < 200; i++) feed.publish(padded);
      published += 200;
      await reader.message(({ seq }) => seq === published);
    }
    expect(closed).toEqual(['slow']);
    expect(reader.messages.filter(({ type }) => type === 'event')).toHaveLength(published);
    const close = once(slow.socket, 'close');
    slow.socket.resume();
    const [code] = await close;
    // Once its pipe is full it may learn of its end only by the cut.
    expect([1013, 1006]).toContain(code);
  });

  it('is told good-bye when the daemon ends', async () => {
    const { ws, stop } = await serve();
    const client = new Client(ws);
    await client.ofType('hello');
    const close = once(client.socket, 'close');
    await stop();
    expect((await close)[0]).toBe(1001);
  });
});

/** Numbers of the events that a client was told. */
const numbersOf = ({ messages }: Client) =>
  messages.filter(({ type }) => type === 'event').map(({ seq }) => seq);
const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('a client that comes back', () => {
  it('is told everything since, in order, without gap or repeat, and then what comes', async () => {
    const { feed, fill, publish, ws } = await serve();
    fill(2000);
    const client = new Client(`${ws}?since=10`);
    await client.ofType('hello');
    // Some while the old ones are on their way.
    for (let i = 0; i < 300; i++) feed.publish(draft());
    await client.message(({ seq, type }) => type === 'event' && seq === 2300);
    const event = publish(draft({ kind: 'unknown', person: null }));
    await client.message(({ seq, type }) => type === 'event' && seq === 2301);
    expect(numbersOf(client)).toEqual(upTo(11, 2301));
    // Told from the log or as it happens, it is the same.
    const later = new Client(`${ws}?since=2300`);
    expect(await later.ofType('event')).toEqual({ type: 'event', ...event });
    expect(client.messages.at(-1)).toEqual({ type: 'event', ...event });
    expect(client.messages.filter(({ type }) => type === 'error')).toEqual([]);
  });

  it('has nothing to hear when it has everything', async () => {
    const { fill, publish, ws, log } = await serve();
    fill(3);
    const client = new Client(`${ws}?since=3&epoch=${log.epoch}`);
    await client.ofType('hello');
    publish(draft());
    await client.ofType('event');
    expect(numbersOf(client)).toEqual([4]);
  });

  it('is told 100,000 events, never with more than the limit unread, and one that stops reading holds up nobody', async () => {
    const { fill, publish, ws, closed } = await serve();
    for (let i = 0; i < 20; i++) fill(5000);
    const sleeper = new Client(`${ws}?since=0`);
    await sleeper.ofType('hello');
    sleeper.socket.pause();
    const client = new Client(`${ws}?since=0`);
    await client.message(({ seq, type }) => type === 'event' && seq === 100_000);
    expect(numbersOf(client)).toEqual(upTo(1, 100_000));
    publish(draft());
    await client.message(({ seq, type }) => type === 'event' && seq === 100_001);
    expect(closed).toEqual([]);
    sleeper.socket.resume();
    await sleeper.message(({ seq, type }) => type === 'event' && seq === 100_001);
    expect(numbersOf(sleeper)).toEqual(upTo(1, 100_001));
  });

  it('hears of what it wants by then', async () => {
    const { fill, publish, ws } = await serve();
    fill(20_000);
    const client = new Client(`${ws}?since=0`);
    await client.ofType('hello');
    await client.send({ type: 'subscribe', kinds: ['unknown'] });
    const after = client.messages.length;
    publish(draft({ kind: 'unknown', person: null }));
    await client.message(({ kind }) => kind === 'unknown');
    expect(client.messages.slice(after).filter(({ kind }) => kind === 'match').length).toBeLessThan(20_000);
    expect(numbersOf(client).at(-1)).toBe(20_001);
  });

  it('cut off because it did not read, gets the rest with since', async () => {
    const { feed, fill, ws, closed } = await serve();
    const slow = new Client(ws);
    await slow.ofType('hello');
    slow.socket.pause();
    let published = 0;
    while (closed.length === 0) {
      for (let i = 0; i < 500; i++) feed.publish(draft({ runnerUp: 'x'.repeat(4000) }));
      feed.flush();
      published += 500;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(closed).toEqual(['slow']);
    const close = once(slow.socket, 'close');
    slow.socket.resume();
    await close;
    const had = numbersOf(slow);
    fill(5);
    const back = new Client(`${ws}?since=${had.at(-1) ?? 0}`);
    await back.message(({ seq, type }) => type === 'event' && seq === published + 5);
    expect([...had, ...numbersOf(back)]).toEqual(upTo(1, published + 5));
  });

  it.each([
    ['abc', 'bad_since'],
    ['-1', 'bad_since'],
    ['1.5', 'bad_since'],
    ['1e3', 'bad_since'],
    ['', 'bad_since'],
    ['99999999999999999999', 'bad_since'],
    ['1&since=2', 'bad_since'],
    ['4', 'unknown_seq'],
    ['2&epoch=another', 'epoch_changed'],
  ])('with since=%s is told %s', async (since, code) => {
    const { fill, publish, ws } = await serve();
    fill(3);
    const client = new Client(`${ws}?since=${since}`);
    expect(await client.ofType('error')).toMatchObject({ code, message: expect.stringMatching(/^[^.]+$/) });
    publish(draft());
    await client.message(({ seq, type }) => type === 'event' && seq === 4);
    // Who cannot be told what it misses gets all; who asks for nonsense gets what comes.
    expect(numbersOf(client)).toEqual(code === 'bad_since' ? [4] : [1, 2, 3, 4]);
  });

  it('after its events were removed is told with which the log begins', async () => {
    const { log, fill, ws } = await serve();
    fill(100);
    fill(50, { person: 'bob' });
    await log.forgetPerson('alice', () => {});
    const client = new Client(`${ws}?since=5`);
    expect(await client.ofType('error')).toMatchObject({ code: 'expired', firstSeq: 101 });
    await client.message(({ seq, type }) => type === 'event' && seq === 150);
    expect(numbersOf(client)).toEqual(upTo(101, 150));
  });

  it('finds the same numbers after a restart', async () => {
    const { fill, stop, folder } = await serve();
    fill(5);
    await stop();
    const again = await serve([], { folder });
    again.fill(5);
    const client = new Client(`${again.ws}?since=3&epoch=${again.log.epoch}`);
    await client.message(({ seq, type }) => type === 'event' && seq === 10);
    expect(numbersOf(client)).toEqual(upTo(4, 10));
  });

  it('again and again misses nothing and hears nothing twice', async () => {
    const { feed, ws } = await serve();
    const heard: number[] = [];
    for (let round = 0; round < 50; round++) {
      const client = new Client(`${ws}?since=${heard.at(-1) ?? 0}`);
      await client.ofType('hello');
      for (let i = 0; i < 20; i++) feed.publish(draft());
      await client.ofType('event');
      client.socket.terminate();
      heard.push(...(numbersOf(client) as number[]));
    }
    const last = new Client(`${ws}?since=${heard.at(-1)}`);
    await last.ofType('hello');
    feed.publish(draft());
    await last.message(({ seq, type }) => type === 'event' && seq === 1001);
    expect([...heard, ...numbersOf(last)]).toEqual(upTo(1, 1001));
  });
});

describe('the door', () => {
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

describe('HTTP', () => {
  it('says alive at once, ready only when it is', async () => {
    const { http, ready } = await serve();
    expect((await fetch(`${http.address}/healthz`)).status).toBe(200);
    const before = await fetch(`${http.address}/readyz`);
    expect([before.status, await before.json()]).toEqual([
      503,
      { status: 'not ready', reason: 'the gallery is being read' },
    ]);
    ready();
    expect((await fetch(`${http.address}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${http.address}/metrics`)).text()).toBe('x 1\n');
  });

  it('helps who comes to the wrong door', async () => {
    const { http } = await serve();
    expect((await fetch(`${http.address}/ws`)).status).toBe(426);
    const missing = await fetch(`${http.address}/nothing?token=secret`);
    expect([missing.status, await missing.json()]).toEqual([404, { error: 'nothing at /nothing; see /' }]);
    expect(await (await fetch(http.address)).json()).toMatchObject({
      addresses: { '/ws': expect.any(String) },
    });
  });

  it('says in one sentence that a port is taken', async () => {
    const { http } = await serve();
    const port = Number(new URL(http.address).port);
    const second = new HttpServer({
      host: '127.0.0.1',
      port,
      views: {
        server: 'x',
        unreadyReason: () => null,
        metrics: async () => ({ contentType: '', body: '' }),
        snapshot: async () => null,
        api: {
          log: () => ({ epoch: null, firstSeq: 1, lastSeq: 0 }),
          find: () => [],
          event: () => null,
          cameras: () => [],
          deadLetters: () => [],
        },
      },
      onUpgrade: () => {},
    });
    await expect(second.start()).rejects.toMatchObject({
      code: 'http.port',
      message: `cannot listen on 127.0.0.1:${port}: another program uses that port; stop it, or set http.port`,
    });
  });
});
