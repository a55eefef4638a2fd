import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import type { EventDraft, SpotterEvent } from '../../src/events/event.js';
import { EventFeed } from '../../src/events/feed.js';
import { viewsOf } from '../../src/http/api.js';
import { byNameKey } from '../../src/http/message.js';
import { HttpServer, socketRoute } from '../../src/http/server.js';
import { EventSocket } from '../../src/http/socket.js';
import { eventDraft } from './events.js';
import { cameraView } from './http.js';
import { openLog } from './log.js';

export type Message = Record<string, unknown> & { type: string };

/** A match of alice at the door, now. */
export const draft = (change: Partial<EventDraft> = {}) =>
  eventDraft({ capturedAtMs: Date.now(), ...change });

/** A real server on a free port, fed by a real feed with a real log. */
export async function serve(
  allowedOrigins: string[] = [],
  { folder, maxConnections = 500 }: { folder?: string; maxConnections?: number } = {},
) {
  const { log, folder: used } = await openLog(folder === undefined ? {} : { folder });
  const feed = new EventFeed(log);
  const closed: string[] = [];
  const refused: string[] = [];
  const socket = new EventSocket({
    hello: () => ({
      protocol: 1,
      server: 'spotter/test',
      cameras: [{ id: 'door', state: 'live' }],
      tracks: [],
    }),
    selectable: () => ({ cameras: ['door', 'yard'], people: byNameKey(['alice', 'bob']) }),
    log: () => log.state,
    page: (seq, limit) => log.page(seq, limit),
    stats: () => ({ cameras: [{ camera: 'door', frames: 7 }] }),
    onClosed: (reason) => closed.push(reason),
  });
  let unready: string | null = 'the gallery is being read';
  const http = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    allowedOrigins,
    maxConnections,
    onRefused: (message) => refused.push(message),
    views: {
      server: 'spotter/test',
      unreadyReason: () => unready,
      snapshot: async () => null,
      metrics: async () => ({ contentType: 'text/plain', body: 'x 1\n' }),
      api: viewsOf(log, () => [cameraView('door')]),
    },
    sockets: {
      '/ws': socketRoute('events:read', () => socket),
    },
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
  /** Publishes one event. @returns the event as subscribers receive it */
  const publish = (change: EventDraft): SpotterEvent => {
    let published: SpotterEvent | undefined;
    const end = feed.subscribe((event) => {
      published = event;
    });
    feed.publish(change);
    feed.flush();
    end();
    if (!published) throw new Error('nothing was published');
    return published;
  };
  /** Publishes many events at once. */
  const fill = (count: number, change: Partial<EventDraft> = {}) => {
    for (let i = 0; i < count; i++) feed.publish(draft(change));
    while (feed.waiting > 0) feed.flush();
  };
  const ws = `${http.address.replace('http', 'ws')}/ws`;
  return { log, folder: used, feed, publish, fill, socket, http, closed, refused, stop, ready, ws };
}

/** A real client that collects what it receives. */
export class Client {
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

/** Numbers of the events that a client received. */
export const numbersOf = ({ messages }: Client) =>
  messages.filter(({ type }) => type === 'event').map(({ seq }) => seq);
/** Whole numbers, both ends included. */
export const upTo = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
