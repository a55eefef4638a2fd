import type { Duplex } from 'node:stream';
import { type OpenFiles, readOpenFiles } from '../core/openFiles.js';
import { type ConnectionLimits, connectionLimits } from './connectionLimits.js';

/** An engine that starts, the log, sinks and photos find this many files free, at most an eighth of the limit. */
const KEPT_FREE = 64;
/** How long a count of the open files is used, ms: counting takes up to 1 ms. */
const COUNT_EVERY_MS = 250;

/** What {@link Admission} measures; by default this process and its clock. */
export interface AdmissionOptions {
  limits?: ConnectionLimits;
  /** See {@link readOpenFiles}. */
  openFiles?: () => OpenFiles | null;
  /** Monotonic, ms. */
  nowMs?: () => number;
}

/**
 * Decides which connections are served, and which of them may become WebSocket clients: as many as configured, and as long as
 * enough files can still be opened. WebSocket clients stop earlier, so that /healthz and the API stay reachable.
 */
export class Admission {
  readonly #limits: ConnectionLimits;
  readonly #openFiles: () => OpenFiles | null;
  readonly #nowMs: () => number;
  readonly #admitted = new WeakSet<Duplex>();
  #connections = 0;
  #clients = 0;
  /** Open files that are no connection, when they were last counted; null where they cannot be counted. */
  #others: OpenFiles | null = null;
  #countedAtMs = Number.NEGATIVE_INFINITY;

  /** @param configured most connections, 1 or more */
  constructor(configured: number, options: AdmissionOptions = {}) {
    this.#limits = options.limits ?? connectionLimits(configured);
    this.#openFiles = options.openFiles ?? readOpenFiles;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Takes a connection until it closes; once more, does nothing. @returns why it is refused instead; null when it is served */
  connection(socket: Duplex): string | null {
    if (this.#admitted.has(socket)) return null;
    const { connections } = this.#limits;
    if (this.#connections >= connections) return `${connections} connections are open`;
    // The new connection has its file already.
    const scarcity = this.#scarcity(1, 1);
    if (scarcity !== null) return scarcity;
    this.#admitted.add(socket);
    this.#connections++;
    socket.once('close', () => this.#connections--);
    return null;
  }

  /** Notes that a connection is the inside, without TLS, of one that was taken. */
  inside(socket: Duplex): void {
    this.#admitted.add(socket);
  }

  /** Takes a connection as a WebSocket client until it closes. @returns as {@link connection} */
  client(socket: Duplex): string | null {
    const fault = this.connection(socket);
    if (fault !== null) return fault;
    if (this.#clients >= this.#limits.clients) return `${this.#clients} WebSocket clients are connected`;
    const scarcity = this.#scarcity(0, 2);
    if (scarcity !== null) return scarcity;
    this.#clients++;
    socket.once('close', () => this.#clients--);
    return null;
  }

  /** Why the open files are too many. @param more connections that are not counted yet @param shares of KEPT_FREE to keep free */
  #scarcity(more: number, shares: number): string | null {
    const nowMs = this.#nowMs();
    if (nowMs - this.#countedAtMs >= COUNT_EVERY_MS) {
      this.#countedAtMs = nowMs;
      const counted = this.#openFiles();
      this.#others = counted && { ...counted, used: counted.used - this.#connections - more };
    }
    if (!this.#others) return null;
    const { used: others, limit } = this.#others;
    const used = others + this.#connections + more;
    const kept = shares * Math.min(KEPT_FREE, Math.ceil(limit / 8));
    return used + kept > limit ? `${used} of ${limit} files and sockets are open` : null;
  }
}
