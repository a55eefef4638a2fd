import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Requests of one connection that may wait behind the one being answered. */
const MAX_WAITING = 16;

interface Queue {
  /** Requests without a complete response, the one being answered included. */
  open: number;
  /** Resolves when the last request has been answered, or the connection is closed. */
  last: Promise<void>;
}

/**
 * Answers the requests of each connection one after another. HTTP/1.1 clients may send many requests at once; without this,
 * all their responses would be made and kept in memory, however slowly the client reads.
 */
export class Turns {
  readonly #queues = new WeakMap<Duplex, Queue>();

  /**
   * Waits until every earlier request of the connection has been answered. Closes the connection when too many wait.
   *
   * @returns false when the connection is closed, so that no response is wanted
   */
  async take({ socket }: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const queue = this.#queueOf(socket);
    if (queue.open > MAX_WAITING) {
      socket.destroy();
      return false;
    }
    const before = queue.last;
    queue.open++;
    queue.last = new Promise<void>((resolve) => {
      response.once('close', resolve);
      socket.once('close', resolve);
      response.once('close', () => socket.off('close', resolve));
    }).then(() => {
      queue.open--;
    });
    await before;
    return !socket.destroyed;
  }

  /** Whether a request of the connection has not been answered completely. */
  isBusy(socket: Duplex): boolean {
    return (this.#queues.get(socket)?.open ?? 0) > 0;
  }

  #queueOf(socket: Duplex): Queue {
    const existing = this.#queues.get(socket);
    if (existing) return existing;
    const queue = { open: 0, last: Promise.resolve() };
    this.#queues.set(socket, queue);
    socket.setMaxListeners(0);
    return queue;
  }
}
