import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that may wait behind the one being answered. */
const MAX_WAITING = 16;

interface Queue {
  waiting: number;
  /** Resolves when the last request has been answered, or the connection is closed. */
  last: Promise<void>;
}

/**
 * Answers the requests of each connection one after another. HTTP/1.1 clients may send many requests at once; without this,
 * all their responses would be made and kept in memory, however slowly the client reads.
 */
export class Turns {
  readonly #queues = new WeakMap<Socket, Queue>();

  /**
   * Waits until every earlier request of the connection has been answered. Closes the connection when too many wait.
   *
   * @returns false when the connection is closed, so that no response is wanted
   */
  async take({ socket }: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const queue = this.#queueOf(socket);
    const before = queue.last;
    queue.last = new Promise((resolve) => {
      response.once('close', resolve);
      socket.once('close', resolve);
      response.once('close', () => socket.off('close', resolve));
    });
    if (queue.waiting >= MAX_WAITING) {
      socket.destroy();
      return false;
    }
    queue.waiting++;
    await before;
    queue.waiting--;
    return !socket.destroyed;
  }

  #queueOf(socket: Socket): Queue {
    const existing = this.#queues.get(socket);
    if (existing) return existing;
    const queue = { waiting: 0, last: Promise.resolve() };
    this.#queues.set(socket, queue);
    socket.setMaxListeners(0);
    return queue;
  }
}
