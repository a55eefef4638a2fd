/**
 * Runs asynchronous tasks one after another, in the order of the calls.
 *
 * A task that fails rejects its own promise and nothing else: the following tasks run as if it had succeeded. Nothing is
 * swallowed either: when a task may fail, handle the promise that {@link run} returns, or its failure is an unhandled rejection.
 */
export class Serial {
  #last: Promise<void> = Promise.resolve();

  /**
   * Runs a task after all those before it have settled; never synchronously.
   *
   * @returns the task's result; rejects with whatever the task throws
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.then(ignore, ignore);
    // Callers get the promise of this async function: a rejection of `result` itself is marked as handled by now.
    return result;
  }

  /** Resolves when all tasks added so far have settled; never rejects. */
  idle(): Promise<void> {
    return this.#last;
  }
}

function ignore(): void {}
