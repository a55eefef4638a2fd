import { type IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { hasErrno, SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import { openFilesLimit } from '../core/openFiles.js';
import { isOurHost } from './origin.js';
import { refuseUpgrade } from './refusal.js';
import { addRoutes, type Views } from './routes.js';
import { Turns } from './turns.js';

/** Where {@link HttpServer} listens, and what it serves. */
export interface HttpOptions {
  /** Name or address to listen on. */
  host: string;
  /** TCP port, 0 to 65535; 0 takes any free one. */
  port: number;
  views: Views;
  /** Names beside those of this machine under which it is reached, in lower case. Default none. */
  allowedHosts?: readonly string[];
  /** Most open connections, 1 or more. Default 500; fewer where the limit of open files is lower. */
  maxConnections?: number;
  /** Called for each connection that is closed because there are too many; `limit` is the limit in force. */
  onRefused?: (limit: number) => void;
  /** Takes over a request to upgrade to a WebSocket. */
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

const HEADERS_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 10_000;
const CHECK_EVERY_MS = 1000;
/** A client that neither sends nor reads for this long, while a response is not finished, is disconnected. */
const IDLE_TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 500;
/** Files kept free for the engine, its decoders, the log and the gallery. */
const RESERVED_FILES = 256;

const OTHER_HOST =
  'this host name is not served here; use localhost or the IP address, or add the name to http.allowedHosts';

/** The HTTP server: health, metrics, API and snapshots; hands upgrade requests to the WebSocket. */
export class HttpServer implements Component {
  readonly #options: HttpOptions;
  readonly #app: FastifyInstance;
  readonly #turns = new Turns();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#app = fastify({
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: IDLE_TIMEOUT_MS,
      bodyLimit: MAX_BODY_BYTES,
      forceCloseConnections: true,
      http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: CHECK_EVERY_MS },
    });
  }

  /** Base URL, such as http://127.0.0.1:8480; only once started. */
  get address(): string {
    const { address, port, family } = this.#app.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Starts to listen. @throws SpotterError `http.port` when the address cannot be used */
  async start(): Promise<void> {
    const { host, port, views, allowedHosts, onUpgrade } = this.#options;
    this.#limitConnections();
    this.#app.addHook('onRequest', async (request, reply) => {
      if (!(await this.#turns.take(request.raw, reply.raw))) return reply.hijack();
      if (!isOurHost(request.headers.host, host, allowedHosts))
        return reply.code(403).send({ error: OTHER_HOST });
    });
    addRoutes(this.#app, views);
    this.#app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Nobody else handles errors before the handshake is done, and an unhandled one would end the process.
      socket.on('error', () => socket.destroy());
      if (!isOurHost(request.headers.host, host, allowedHosts)) refuseUpgrade(socket, '403 Forbidden');
      else if (request.headers.upgrade?.toLowerCase() === 'websocket') onUpgrade(request, socket, head);
      else this.#answer(request, socket);
    });
    try {
      await this.#app.listen({ host, port });
    } catch (cause) {
      await this.#app.close();
      throw new SpotterError('http.port', `cannot listen on ${host}:${port}: ${listenFault(cause)}`, {
        cause,
      });
    }
  }

  #limitConnections(): void {
    const { maxConnections = MAX_CONNECTIONS, onRefused } = this.#options;
    const { server } = this.#app;
    server.maxConnections = Math.max(1, Math.min(maxConnections, openFilesLimit() - RESERVED_FILES));
    server.on('drop', () => onRefused?.(server.maxConnections));
  }

  /** Answers a request that offers another protocol, such as h2c, in HTTP/1.1 (RFC 9110, section 7.8). */
  #answer(request: IncomingMessage, stream: Duplex): void {
    const socket = stream as Socket;
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.destroySoon());
    this.#app.routing(request, response);
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }
}

function listenFault(cause: unknown): string {
  if (hasErrno(cause, 'EADDRINUSE')) return 'another program uses that port; stop it, or set http.port';
  if (hasErrno(cause, 'EACCES')) return 'the system reserves that port; set http.port to 1024 or more';
  return 'this machine does not have that address; set http.host';
}
