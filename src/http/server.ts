import type { IncomingMessage } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { ANYBODY, type Caller, type Scope } from '../core/access.js';
import { hasErrno, SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import { Admission } from './admission.js';
import { type ApplicationOptions, addApplication } from './application.js';
import { admit, type Credentials, credentialsOf, type Identify } from './callers.js';
import { type CertificateFiles, readCertificate, watchCertificate } from './certificate.js';
import { shareWithPages } from './crossOrigin.js';
import { Guests } from './guests.js';
import { type AccessRules, foreignRequest, isAllowedOrigin } from './origin.js';
import { withdrawOffer } from './protocolOffer.js';
import { type Refusal, refuse, refuseConnection } from './refusal.js';
import { MAX_PARAMETER_LENGTH, refuseBrokenRequest, refuseUnrouted } from './requestFaults.js';
import type { Views } from './routes.js';
import { securityHeaders } from './securityHeaders.js';
import { Turns } from './turns.js';

/** Where {@link HttpServer} listens, and what it serves. */
export interface HttpOptions {
  /** Name or address to listen on. */
  host: string;
  /** TCP port, 0 to 65535; 0 takes any free one. */
  port: number;
  views: Views;
  /** Folder of the files of the web page; default none. */
  page?: string | undefined;
  /** Names beside those of this machine under which it is reached, in lower case. Default none. */
  allowedHosts?: readonly string[];
  /** Origins of web pages that may send requests and connect, beside pages of this machine. Default none. */
  allowedOrigins?: readonly string[];
  /** Most open connections, 1 or more; fewer where the limit of open files is lower. */
  maxConnections: number;
  /** Called for each connection and WebSocket client that is refused because there are too many, with one sentence. */
  onRefused?: (message: string) => void;
  /** Called with one sentence for each request that fails because of a fault of spotter. */
  onFailed?: (message: string) => void;
  /** Called for each answer; see {@link ApplicationOptions}. */
  onAnswered?: ApplicationOptions['onAnswered'];
  /** Most requests per minute and address of a client, not for this machine; 0, the default: no limit. */
  rateLimit?: number;
  /** Address of who sends a request; by default that of the peer. */
  clientOf?: (credentials: Credentials) => string;
  /** A client that reads nothing of a response is disconnected after once to twice this time, ms. Default 15 000. */
  unreadMs?: number;
  /** Who sends a request. By default anybody may do everything. */
  identify?: Identify;
  /** Certificate and key, to serve https:// and wss://; null: http:// and ws://. Default null. */
  tls?: CertificateFiles | null;
  /** Called when another certificate is used, or cannot be. */
  onCertificate?: (fault: string | null) => void;
  /** What takes over a request to upgrade to a WebSocket, by the path of its address. */
  sockets?: Readonly<Record<string, SocketRoute>>;
}

/** A WebSocket. */
export interface SocketRoute {
  /** What a caller must be allowed to do. */
  needs: Scope;
  /** Takes over a request to upgrade. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller) => void;
  /** Closes the WebSocket on a stream, because its caller may not have it any more. */
  signOut: (socket: Duplex) => void;
}

/** The route of a WebSocket. @param socket read with each request */
export function socketRoute(needs: Scope, socket: () => Omit<SocketRoute, 'needs'>): SocketRoute {
  return {
    needs,
    upgrade: (...request) => socket().upgrade(...request),
    signOut: (stream) => socket().signOut(stream),
  };
}

const HEADERS_TIMEOUT_MS = 5000;
/** Long enough for a photo over a slow link; who may send one is known before its body is read. */
const REQUEST_TIMEOUT_MS = 60_000;
const HANDSHAKE_TIMEOUT_MS = 5000;
const CHECK_EVERY_MS = 1000;
/** Node takes the first write as progress, so a client has up to twice this time. */
const UNREAD_MS = 15_000;
const MAX_BODY_BYTES = 64 * 1024;

/** The HTTP server: health, metrics, API and snapshots; hands upgrade requests to the WebSocket. */
export class HttpServer implements Component {
  readonly #options: HttpOptions;
  readonly #app: FastifyInstance;
  readonly #turns = new Turns();
  readonly #rules: AccessRules;
  readonly #admission: Admission;
  readonly #identify: Identify;
  readonly #guests: Guests;
  #unwatch = () => {};

  constructor(options: HttpOptions) {
    this.#options = options;
    const { host, allowedHosts = [], allowedOrigins = [], maxConnections, tls = null } = options;
    this.#identify = options.identify ?? (() => ANYBODY);
    this.#guests = new Guests(this.#identify);
    this.#admission = new Admission(maxConnections);
    this.#rules = { listening: host, hosts: allowedHosts, origins: allowedOrigins };
    const limits = { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: CHECK_EVERY_MS };
    const server = tls ? { https: { ...limits, handshakeTimeout: HANDSHAKE_TIMEOUT_MS } } : { http: limits };
    this.#app = fastify({
      requestTimeout: REQUEST_TIMEOUT_MS,
      // A busy machine may take longer than 10 s to load a plugin's files, which is no reason to end.
      pluginTimeout: 0,
      bodyLimit: MAX_BODY_BYTES,
      forceCloseConnections: true,
      routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
      frameworkErrors: refuseUnrouted,
      clientErrorHandler: refuseBrokenRequest,
      ...(server as { http: typeof limits }),
    });
  }

  /** Base URL, such as http://127.0.0.1:8480; only once started. */
  get address(): string {
    const { address, port, family } = this.#app.server.address() as AddressInfo;
    return `${this.#options.tls ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Starts to listen. @throws SpotterError http.port when the address cannot be used, http.certificate */
  async start(): Promise<void> {
    const { host, port, views, page = null, unreadMs = UNREAD_MS, rateLimit = 0 } = this.#options;
    const { onFailed = () => {}, onAnswered = () => {}, clientOf = peerOf } = this.#options;
    const headers = securityHeaders(this.#rules.origins);
    const { server } = this.#app;
    const identify = this.#identify;
    this.#useCertificate();
    this.#admitConnections();
    this.#app.addHook('onRequest', async (request, reply) => {
      if (!(await this.#turns.take(request.raw, reply.raw))) return reply.hijack();
      // A handler may take its time; the response of the request before has left its timeout.
      request.raw.socket.setTimeout(0);
      const fault = this.#admission.connection(request.raw.socket);
      if (fault !== null) {
        reply.hijack();
        return this.#refuse(request.raw.socket, fault);
      }
      reply.headers(headers);
      const refusal = foreignRequest(request.headers, this.#rules);
      if (refusal) return refuse(reply, refusal);
      const { host: name } = request.headers;
      const isAllowed = (origin: string) => isAllowedOrigin(origin, name, this.#rules.origins);
      if (shareWithPages(request, reply, isAllowed)) return reply;
    });
    this.#app.addHook('onSend', async (_request, reply) => void reply.raw.setTimeout(unreadMs));
    await addApplication(this.#app, {
      ...{ views, page, identify, rateLimit, onFailed, onAnswered },
      clientOf: (request) => clientOf(credentialsOf(request.raw)),
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Nobody else handles errors before the handshake is done, and an unhandled one would end the process.
      socket.on('error', () => socket.destroy());
      // Its bytes would be mixed with the responses that are still being sent.
      if (this.#turns.isBusy(socket)) socket.destroy();
      else this.#upgrade(request, socket as Socket, head).catch(() => socket.destroy());
    });
    await this.#app.ready();
    try {
      await this.#app.listen({ host, port });
      await this.#guests.start();
    } catch (cause) {
      await this.stop();
      throw new SpotterError('http.port', `cannot listen on ${host}:${port}: ${listenFault(cause)}`, {
        cause,
      });
    }
  }

  #useCertificate(): void {
    const { tls, onCertificate = () => {} } = this.#options;
    if (!tls) return;
    const server = this.#app.server as unknown as HttpsServer;
    const pair = readCertificate(tls);
    server.setSecureContext(pair);
    server.on('secureConnection', (socket) => this.#admission.inside(socket));
    this.#unwatch = watchCertificate(tls, pair, {
      onChange: (next) => {
        server.setSecureContext(next);
        onCertificate(null);
      },
      onFault: onCertificate,
    });
  }

  async #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const refusal = foreignRequest(request.headers, this.#rules);
    if (refusal) return refuseConnection(socket, refusal);
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      withdrawOffer(request, socket, head);
      this.#app.server.emit(this.#options.tls ? 'secureConnection' : 'connection', socket);
      return;
    }
    const { sockets = {} } = this.#options;
    const path = request.url?.split('?', 1)[0] ?? '';
    if (!Object.hasOwn(sockets, path)) return refuseConnection(socket, noSocket(Object.keys(sockets)));
    const { needs, upgrade, signOut } = sockets[path];
    const credentials = credentialsOf(request);
    const caller = await admit(credentials, needs, this.#identify);
    if ('error' in caller) return refuseConnection(socket, caller);
    const fault = this.#admission.client(socket);
    if (fault !== null) this.#refuse(socket, fault);
    else if (!socket.destroyed) {
      this.#guests.add(socket, { credentials, caller, needs, dismiss: signOut });
      upgrade(request, socket, head, caller);
    }
  }

  /**
   * Hands only admitted connections to the parser: Node's own `maxConnections` closes the others without an answer. Where
   * localhost has two addresses, fastify listens on the second by itself; connections there are admitted with their first request.
   */
  #admitConnections(): void {
    const { server } = this.#app;
    const serve = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      const fault = this.#admission.connection(socket);
      if (fault === null) for (const listener of serve) listener.call(server, socket);
      else
        this.#refuse(
          socket.on('error', () => socket.destroy()),
          fault,
        );
    });
  }

  #refuse(socket: Duplex, fault: string): void {
    this.#options.onRefused?.(`${fault}; refusing more (http.maxConnections, or the limit of open files)`);
    refuseConnection(socket, {
      status: 503,
      error: `${fault}; disconnect some, or raise http.maxConnections and the limit of open files`,
    });
  }

  async stop(): Promise<void> {
    this.#unwatch();
    await this.#guests.stop();
    await this.#app.close();
  }
}

function peerOf({ remoteAddress }: Credentials): string {
  return remoteAddress;
}

function noSocket(paths: string[]): Refusal {
  return { status: 404, error: `no WebSocket at this address; connect to ${paths.join(' or ')}` };
}

/** Why the system does not let a server listen, and what to do. @param cause its error */
export function listenFault(cause: unknown): string {
  if (hasErrno(cause, 'EADDRINUSE')) return 'another program uses that port; stop it, or set http.port';
  if (hasErrno(cause, 'EACCES')) return 'the system reserves that port; set http.port to 1024 or more';
  return 'this machine does not have that address; set http.host';
}
