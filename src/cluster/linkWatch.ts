import type { Link } from './link.js';
import { isLoginRefused } from './natsFaults.js';

/** How the connection to NATS is. */
export interface LinkState {
  /** Whether there is one at this moment. */
  isConnected: boolean;
  /** How often it was lost since the node joined. */
  losses: number;
  /** Address of the server, host:port; null while there is none. */
  server: string | null;
  /** Version of that server. */
  version: string | null;
  /** Whether the server refuses the login at the moment. */
  isRefused: boolean;
}

/** Follows whether a connection is there: the client makes a lost one again without a word. */
export class LinkWatch {
  readonly #connection: Link['connection'];
  #isConnected = true;
  #isRefused = false;
  #losses = 0;

  constructor(connection: Link['connection']) {
    this.#connection = connection;
    void this.#follow();
  }

  get state(): LinkState {
    const { info } = this.#connection;
    const isConnected = this.#isConnected && !this.#connection.isClosed();
    return {
      isConnected,
      losses: this.#losses,
      server: isConnected ? this.#connection.getServer() : null,
      version: isConnected ? (info?.version ?? null) : null,
      isRefused: this.#isRefused,
    };
  }

  /** Ends with the connection. */
  async #follow(): Promise<void> {
    for await (const status of this.#connection.status()) {
      const { type } = status;
      if (type === 'error') this.#isRefused = isLoginRefused(status.error);
      if (type === 'disconnect' && this.#isConnected) {
        this.#isConnected = false;
        this.#losses += 1;
      }
      if (type !== 'reconnect') continue;
      this.#isConnected = true;
      this.#isRefused = false;
    }
    this.#isConnected = false;
  }
}
