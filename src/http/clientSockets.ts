import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Component } from '../core/lifecycle.js';
import { TOKEN_PROTOCOL } from './callers.js';
import { refuseConnection } from './refusal.js';

export type { WebSocket };

/** Called for every connection that these sockets close by themselves, with the reason. */
export type OnDismissed = (reason: 'silent' | 'shutdown' | 'signed_out') => void;

const MAX_MESSAGE_BYTES = 4096;
const PING_EVERY_MS = 15_000;
const CLOSE_GRACE_MS = 1000;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

/** The connections of one WebSocket address: accepts them, pings them, and closes those that are silent, or all at the end. */
export class ClientSockets implements Component {
  readonly #onDismissed: OnDismissed;
  readonly #server: WebSocketServer;
  /** Whether each connection has sent something since the last ping. */
  readonly #alive = new Map<WebSocket, boolean>();
  readonly #byStream = new WeakMap<Duplex, WebSocket>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param maxMessageBytes a client that sends a longer message is disconnected; 4096 by default */
  constructor(onDismissed: OnDismissed, maxMessageBytes = MAX_MESSAGE_BYTES) {
    this.#onDismissed = onDismissed;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: maxMessageBytes,
      perMessageDeflate: false,
      // The answer repeats the protocol that is chosen: not the token.
      handleProtocols: (offered) =>
        [...offered].find((protocol) => !protocol.startsWith(TOKEN_PROTOCOL)) ?? false,
    });
  }

  /** Number of open connections. */
  get size(): number {
    return this.#alive.size;
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#ping(), PING_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await Promise.all([...this.#alive.keys()].map((socket) => this.#dismiss(socket)));
    this.#server.close();
  }

  /** Accepts a request to upgrade; answers 503 instead once stopped. @param welcome called with the open connection */
  accept(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    welcome: (webSocket: WebSocket) => void,
  ): void {
    if (this.#isStopped) {
      refuseConnection(socket, { status: 503, error: 'spotter is shutting down' });
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const noteAlive = () => {
        if (this.#alive.has(webSocket)) this.#alive.set(webSocket, true);
      };
      this.#alive.set(webSocket, true);
      this.#byStream.set(socket, webSocket);
      webSocket.on('close', () => this.#alive.delete(webSocket));
      // An invalid WebSocket frame closes the connection, which is enough.
      webSocket.on('error', () => {});
      webSocket.on('pong', noteAlive);
      webSocket.on('message', noteAlive);
      welcome(webSocket);
    });
  }

  /** Closes a connection, and terminates it when the peer does not answer in time. */
  close(socket: WebSocket, code: number, reason: string): void {
    this.#alive.delete(socket);
    socket.close(code, reason);
    const timer = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS);
    socket.once('close', () => clearTimeout(timer));
  }

  /** Closes the connection on a stream whose caller has no right to it any more. */
  signOut(stream: Duplex): void {
    const socket = this.#byStream.get(stream);
    if (!socket || !this.#alive.has(socket)) return;
    this.#onDismissed('signed_out');
    this.close(socket, POLICY_VIOLATION, 'signed out, or your rights have changed; sign in and reconnect');
  }

  async #dismiss(socket: WebSocket): Promise<void> {
    const closed = new Promise((resolve) => socket.once('close', resolve));
    this.#onDismissed('shutdown');
    this.close(socket, GOING_AWAY, 'spotter is shutting down');
    await closed;
  }

  #ping(): void {
    for (const [socket, isAlive] of this.#alive) {
      if (!isAlive) {
        this.#onDismissed('silent');
        socket.terminate();
        continue;
      }
      this.#alive.set(socket, false);
      socket.ping();
    }
  }
}
