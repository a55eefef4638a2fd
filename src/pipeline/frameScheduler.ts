/** How many turns more than the camera with the fewest a camera may have had: room to choose the freshest frame. */
const AHEAD = 2;

interface Queue {
  requests: Request[];
  /** Turns that the camera has had, or would have had if it had always requested one. */
  had: number;
}

interface Request {
  grant: () => void;
  /** When the frame arrived that the turn would be spent on, monotonic ms; null where frames do not age. */
  newestAtMs: (() => number) | null;
}

/**
 * Decides which camera uses the worker pool next, by turns. Waiting cameras get the same number of turns, give or take two,
 * so that one with many frames cannot starve one with few. Within that, the freshest live frame comes first: when there are
 * more frames than time, those that are processed have hardly waited. Within a camera: first come, first served.
 */
export class FrameScheduler {
  readonly #capacity: number;
  readonly #spare: number;
  readonly #queues = new Map<string, Queue>();
  #least = 0;
  #out = 0;
  #isolated = false;

  /**
   * @param capacity turns granted at a time, from 1
   * @param spare further turns for frames that may wait behind others in the pool, while no live frame is waiting here
   */
  constructor(capacity: number, spare = 0) {
    this.#capacity = capacity;
    this.#spare = spare;
  }

  /** Number of requests waiting. */
  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, { requests }) => sum + requests.length, 0);
  }

  /**
   * Requests a turn. Resolves with a function that returns it; further calls of that function do nothing.
   *
   * @param newestAtMs for a live camera: when its newest frame arrived, monotonic ms, called whenever a turn is free
   */
  acquire(camera: string, newestAtMs: (() => number) | null = null): Promise<() => void> {
    return new Promise((resolve) => {
      const queue = this.#queues.get(camera) ?? { requests: [], had: 0 };
      // Turns that it did not request are not made up for.
      if (queue.requests.length === 0) queue.had = Math.max(queue.had, this.#least);
      // Last among cameras with the same number of turns.
      if (queue.requests.length === 0) this.#queues.delete(camera);
      this.#queues.set(camera, queue);
      queue.requests.push({ grant: () => resolve(this.#grantTurn()), newestAtMs });
      this.#grantFree();
    });
  }

  /** While on, grants one turn at a time: after a crash, so that only one frame can be the cause of the next. */
  isolate(on: boolean): void {
    this.#isolated = on;
    this.#grantFree();
  }

  #grantTurn(): () => void {
    this.#out++;
    let returned = false;
    return () => {
      if (returned) return;
      returned = true;
      this.#out--;
      this.#grantFree();
    };
  }

  #grantFree(): void {
    for (;;) {
      const waiting = [...this.#queues].filter(([, { requests }]) => requests.length > 0);
      if (waiting.length === 0 || this.#out >= this.#limit(waiting)) return;
      const [camera, queue] = this.#next(waiting);
      const { grant } = queue.requests.shift() as Request;
      queue.had++;
      this.#queues.delete(camera);
      this.#queues.set(camera, queue);
      grant();
    }
  }

  #limit(waiting: [string, Queue][]): number {
    if (this.#isolated) return 1;
    const isLive = waiting.some(([, { requests }]) => requests[0].newestAtMs !== null);
    return this.#capacity + (isLive ? 0 : this.#spare);
  }

  #next(waiting: [string, Queue][]): [string, Queue] {
    this.#least = Math.min(...waiting.map(([, { had }]) => had));
    const due = waiting
      .filter(([, { had }]) => had <= this.#least + AHEAD)
      .map((entry) => ({
        entry,
        newestAtMs: entry[1].requests[0].newestAtMs?.() ?? Number.NEGATIVE_INFINITY,
      }));
    return due.reduce((best, other) => {
      if (other.newestAtMs !== best.newestAtMs) return other.newestAtMs > best.newestAtMs ? other : best;
      return other.entry[1].had < best.entry[1].had ? other : best;
    }).entry;
  }
}
