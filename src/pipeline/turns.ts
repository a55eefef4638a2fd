/**
 * Who may use the worker pool next. Cameras that wait are served in turn, one each a round, so that a camera with many
 * frames cannot starve one with few; within a camera first come, first served.
 */
export class Turns {
  readonly #capacity: number;
  /** By camera, in the order of the next round. */
  readonly #queues = new Map<string, (() => void)[]>();
  #out = 0;
  #isolated = false;

  /** @param capacity turns that may be out at a time, from 1 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Requests that wait. */
  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  /** Resolves with a function that hands the turn back; calling it twice does nothing more. */
  acquire(camera: string): Promise<() => void> {
    return new Promise((resolve) => {
      const queue = this.#queues.get(camera) ?? [];
      this.#queues.set(camera, queue);
      queue.push(() => resolve(this.#handOut()));
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
    const limit = this.#isolated ? 1 : this.#capacity;
    for (const [camera, queue] of this.#queues) {
      if (this.#out >= limit) return;
      const grant = queue.shift();
      // To the end of the round, or out of it.
      this.#queues.delete(camera);
      if (queue.length > 0) this.#queues.set(camera, queue);
      if (!grant) continue;
      this.#out++;
      grant();
    }
  }
}
