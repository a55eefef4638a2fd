import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Caller, maySee } from '../core/access.js';
import type { CameraState } from '../core/cameraState.js';
import type { Component } from '../core/lifecycle.js';
import type { SpotterEvent } from '../events/event.js';
import { isWanted } from '../events/filter.js';
import { ClientSockets, type WebSocket } from './clientSockets.js';
import { EVERYTHING, parseAddress, parseClientMessage, type Selectable, type Selection } from './message.js';
import { includesCamera, isFor, mayKnowPeople, type Recipient } from './recipient.js';
import { type Refusal, refuseConnection } from './refusal.js';
import { Replay, type ReplaySubscriber, type StoredEvent } from './replay.js';
import { expired, type LogState, resume } from './resume.js';
import { visibleText } from './visibleEvent.js';

/** The first message to a client, without its type and the state of the log. */
export interface Hello {
  /** Version of the WebSocket protocol. */
  protocol: number;
  /** Product and version, such as spotter/0.1.0. */
  server: string;
  /** The state of each camera. */
  cameras: { id: string }[];
  /** Tracks in view, as of the last event in the log. */
  tracks: { camera: string; person: string | null }[];
}

/** Why the server closes a connection. */
export type ClosedReason =
  | 'slow'
  | 'silent'
  | 'shutdown'
  | 'signed_out'
  | 'log_replaced'
  | 'log_unreadable'
  | 'bad_filter';

/** The log, and how often somebody was erased from it. */
type SocketLog = LogState & { erasures: number };

/** What {@link EventSocket} needs from the daemon. */
export interface SocketOptions {
  hello: () => Hello;
  /** What clients may name in a subscription, each of what it may see. */
  selectable: () => Selectable;
  log: () => SocketLog;
  /** Events with a number above `seq`, in order; empty at the end of the log. Throws when the log cannot be read. */
  page: (seq: number, limit: number) => StoredEvent[];
  /** Statistics, sent once a second to clients that subscribed to them; those of cameras that they may see. */
  stats: () => { cameras: { camera: string }[] };
  /** Called for every connection that the server closes, with the reason. */
  onClosed: (reason: ClosedReason) => void;
}

/** A client with more unread bytes than this is too slow and is disconnected. */
const MAX_BUFFERED_BYTES = 1 << 20;
const STATS_EVERY_MS = 1000;
const TRY_AGAIN_LATER = 1013;
const SERVICE_RESTART = 1012;
const POLICY_VIOLATION = 1008;

interface Client extends ReplaySubscriber, Recipient {
  socket: WebSocket;
  /** Has every stored event, and receives new ones as they are published. */
  isLive: boolean;
}

/** The WebSocket at /ws: sends hello, then each client the events it subscribed to, from where it resumes. */
export class EventSocket implements Component {
  readonly #options: SocketOptions;
  readonly #sockets: ClientSockets;
  readonly #clients = new Set<Client>();
  #statsTimer: NodeJS.Timeout | undefined;
  readonly #replay: Replay;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#sockets = new ClientSockets(options.onClosed);
    this.#replay = new Replay({
      page: options.page,
      firstSeq: () => options.log().firstSeq,
      onCaughtUp: (subscriber) => {
        (subscriber as Client).isLive = true;
      },
    });
  }

  /** Number of connected clients. */
  get clients(): number {
    return this.#clients.size;
  }

  async start(): Promise<void> {
    await this.#sockets.start();
    this.#statsTimer = setInterval(() => this.#sendStats(), STATS_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#statsTimer);
    this.#replay.stop();
    this.#clients.clear();
    await this.#sockets.stop();
  }

  /** Accepts a request to upgrade, or refuses it with 503 (stopping, or resuming without a log). */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void {
    const [, ...query] = (request.url ?? '/').split('?');
    const parameters = new URLSearchParams(query.join('?'));
    const refusal = this.#refusal(parameters);
    if (refusal !== null) refuseConnection(socket, refusal);
    else {
      this.#sockets.accept(request, socket, head, (webSocket) =>
        this.#welcome(webSocket, parameters, caller),
      );
    }
  }

  /** See {@link ClientSockets.signOut}. */
  signOut(stream: Duplex): void {
    this.#sockets.signOut(stream);
  }

  /** Sends a stored event to every live client that subscribed to it; clients in replay read it from the log. */
  publish(event: SpotterEvent): void {
    let text: string | undefined;
    for (const client of this.#clients) {
      if (!client.isLive || event.seq <= client.cursor) continue;
      client.cursor = event.seq;
      if (!isFor(client, event, () => event.withdrawn)) continue;
      text ??= JSON.stringify({ type: 'event', ...event });
      this.#send(client, visibleText({ kind: event.kind, text }, client.caller));
    }
  }

  /** Disconnects every client because the log was replaced: on reconnecting they receive the new epoch. */
  restart(): void {
    for (const client of this.#clients) {
      this.#options.onClosed('log_replaced');
      this.#drop(client, SERVICE_RESTART, 'the event log was replaced; reconnect');
    }
  }

  /** Sends a camera's state to every client whose cameras include it. */
  cameraState(id: string, state: CameraState, message: string | null, node: string | null = null): void {
    const text = JSON.stringify({ type: 'camera', id, state, message, node });
    for (const client of this.#clients) if (includesCamera(client, id)) this.#send(client, text);
  }

  /** Sends the name of a person who was erased to every client that may know it, so that it keeps nothing of them. */
  forgotten(person: string): void {
    const text = JSON.stringify({ type: 'forgotten', person, erasures: this.#options.log().erasures });
    for (const client of this.#clients) if (mayKnowPeople(client)) this.#send(client, text);
  }

  /** Why an upgrade request is refused; null to accept it. */
  #refusal(parameters: URLSearchParams): Refusal | null {
    if (parameters.has('since') && this.#options.log().epoch === null)
      return { status: 503, error: 'the event log cannot be read now; see /readyz' };
    return null;
  }

  #welcome(socket: WebSocket, parameters: URLSearchParams, caller: Caller): void {
    const log = this.#options.log();
    const selection = parseAddress(parameters, this.#selectable(caller));
    const { cursor, fault } = resume(parameters, log);
    const client = this.#clientOf(socket, cursor, caller);
    this.#clients.add(client);
    socket.on('close', () => this.#clients.delete(client));
    socket.on('message', (data, isBinary) => {
      const text = isBinary ? '' : data.toString();
      this.#subscribe(client, parseClientMessage(text, this.#selectable(caller)), 'bad_message');
    });
    if (selection.ok) client.subscription = selection.subscription;
    this.#sendHello(client, log);
    if (!this.#subscribe(client, selection, 'bad_filter')) {
      // Everything instead, or nothing, would look like an answer.
      this.#options.onClosed('bad_filter');
      this.#drop(client, POLICY_VIOLATION, 'the filter in the address is not valid; see the error');
      return;
    }
    if (fault) this.#send(client, JSON.stringify({ type: 'error', ...fault }));
    client.isLive = cursor >= log.lastSeq;
    if (!client.isLive) this.#replay.add(client);
  }

  /** Nobody learns the names of what they may not see. */
  #selectable(caller: Caller): Selectable {
    const { cameras, people } = this.#options.selectable();
    return {
      cameras: cameras.filter((id) => maySee(caller, id)),
      people: caller.scopes.has('people:read') ? people : null,
    };
  }

  /** Sends the first message; it shows only the cameras and people that the client has selected. */
  #sendHello(client: Client, { lastSeq: seq, firstSeq, epoch, erasures }: SocketLog): void {
    const { cameras, tracks, ...about } = this.#options.hello();
    const filter = { ...client.subscription, kinds: [] };
    const hello = {
      ...about,
      epoch,
      firstSeq,
      seq,
      erasures,
      cameras: cameras.filter(({ id }) => includesCamera(client, id)),
      tracks: tracks.filter(
        ({ camera, person }) =>
          maySee(client.caller, camera) && isWanted(filter, { camera, person, kind: 'match' }, () => null),
      ),
    };
    this.#send(client, JSON.stringify({ type: 'hello', ...hello }));
  }

  #clientOf(socket: WebSocket, cursor: number, caller: Caller): Client {
    const client: Client = {
      socket,
      caller,
      subscription: EVERYTHING,
      cursor,
      isLive: false,
      get unreadBytes() {
        return socket.bufferedAmount;
      },
      get isOpen() {
        return socket.readyState === socket.OPEN;
      },
      send: (event, sent) => {
        const withdrawn = () => (JSON.parse(event.text) as SpotterEvent).withdrawn;
        if (isFor(client, event, withdrawn))
          socket.send(`{"type":"event",${visibleText(event, caller).slice(1)}`, sent);
        else sent();
      },
      overtaken: (firstSeq) => this.#send(client, JSON.stringify({ type: 'error', ...expired(firstSeq) })),
      fail: () => {
        this.#options.onClosed('log_unreadable');
        this.#drop(client, TRY_AGAIN_LATER, 'the event log cannot be read; reconnect later');
      },
    };
    return client;
  }

  /** @returns false for a selection that is not valid and was refused with an error */
  #subscribe(client: Client, selection: Selection, code: 'bad_message' | 'bad_filter'): boolean {
    if (!selection.ok) {
      this.#sendError(client, code, selection.fault);
      return false;
    }
    client.subscription = selection.subscription;
    if (selection.notice !== null) this.#sendError(client, 'unknown_person', selection.notice);
    return true;
  }

  #sendError(client: Client, code: string, message: string): void {
    this.#send(client, JSON.stringify({ type: 'error', code, message }));
  }

  #send(client: Client, text: string): void {
    const { socket } = client;
    if (socket.readyState !== socket.OPEN) return;
    socket.send(text);
    if (socket.bufferedAmount <= MAX_BUFFERED_BYTES) return;
    this.#options.onClosed('slow');
    this.#drop(client, TRY_AGAIN_LATER, 'too slow; reconnect with since');
  }

  /** Closes a connection; nothing more is sent to it. */
  #drop(client: Client, code: number, reason: string): void {
    this.#clients.delete(client);
    this.#sockets.close(client.socket, code, reason);
  }

  #sendStats(): void {
    const interested = [...this.#clients].filter(({ subscription }) => subscription.stats);
    if (interested.length === 0) return;
    const stats = this.#options.stats();
    for (const client of interested) {
      const cameras = stats.cameras.filter(({ camera }) => maySee(client.caller, camera));
      this.#send(client, JSON.stringify({ type: 'stats', ...stats, cameras }));
    }
  }
}
