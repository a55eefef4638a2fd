/** So many more turns than whoever had the fewest a camera may have had: room to choose the freshest picture. */
const AHEAD = 2;

interface Queue {
  requests: Request[];
  /** FrameScheduler that the camera has had, or would have had, had it always asked. */
  had: number;
}

interface Request {
  grant: () => void;
  /** When the picture came that the turn would be spent on; null where a picture does not age. */
  newestAtMs: (() => number) | null;
}

/**
 * Who may use the worker pool next. Cameras that wait have the same number of turns, give or take two, so that one with
 * many frames cannot starve one with few. Within that, the freshest live picture comes first: when there are more
 * pictures than time, the ones that are looked at have hardly waited. Within a camera first come, first served.
 */
export class FrameScheduler {
  readonly #capacity: number;
  readonly #spare: number;
  readonly #queues = new Map<string, Queue>();
  #least = 0;
  #out = 0;
  #isolated = false;

  /**
   * @param capacity turns that may be out at a time, from 1
   * @param spare further ones for pictures that may wait behind others in the pool, while no live picture waits here
   */
  constructor(capacity: number, spare = 0) {
    this.#capacity = capacity;
    this.#spare = spare;
  }

  /** Requests that wait. */
  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, { requests }) => sum + requests.length, 0);
  }

  /**
   * Resolves with a function that hands the turn back; calling it twice does nothing more.
   *
   * @param newestAtMs for a live camera: when its newest picture came, asked whenever a turn is free
   */
  acquire(camera: string, newestAtMs: (() => number) | null = null): Promise<() => void> {
    return new Promise((resolve) => {
      const queue = this.#queues.get(camera) ?? { requests: [], had: 0 };
      // FrameScheduler that it did not ask for are gone.
      if (queue.requests.length === 0) queue.had = Math.max(queue.had, this.#least);
      // To the end of the order among equals.
      if (queue.requests.length === 0) this.#queues.delete(camera);
      this.#queues.set(camera, queue);
      queue.requests.push({ grant: () => resolve(this.#handOut()), newestAtMs });
      this.#serve();
    });
  }

  /** While on, one turn is out at a time: after a crash, so that only one picture can be to blame for the next. */
  isolate(on: boolean): void {
    this.#isolated = on;
    this.#serve();
  }

  #handOut(): () => void {
    let returned = false;
    return () => {
      if (returned) return;
      returned = true;
      this.#out--;
      this.#serve();
    };
  }

  #serve(): void {
    for (;;) {
      const waiting = [...this.#queues].filter(([, { requests }]) => requests.length > 0);
      if (waiting.length === 0 || this.#out >= this.#limit(waiting)) return;
      const [camera, queue] = this.#next(waiting);
      const { grant } = queue.requests.shift() as Request;
      queue.had++;
      this.#queues.delete(camera);
      this.#queues.set(camera, queue);
      this.#out++;
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
