import type { Link } from './link.js';

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
}

/** Follows whether a connection is there: the client makes a lost one again without a word. */
export class LinkWatch {
  readonly #connection: Link['connection'];
  #isConnected = true;
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
    };
  }

  /** Ends with the connection. */
  async #follow(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === 'disconnect' && this.#isConnected) {
        this.#isConnected = false;
        this.#losses += 1;
      }
      if (type === 'reconnect') this.#isConnected = true;
    }
    this.#isConnected = false;
  }
}
