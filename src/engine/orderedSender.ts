/**
 * Sends one camera's messages in order, although some wait for their pictures. When none is waiting, a message is sent at
 * once.
 */
export class OrderedSender<T> {
  readonly #send: (message: T) => void;
  readonly #waiting: (T | Promise<T>)[] = [];
  #draining: Promise<void> | null = null;

  constructor(send: (message: T) => void) {
    this.#send = send;
  }

  /** Sends a message after those before it. @param message a promise must not reject */
  post(message: T | Promise<T>): void {
    if (!this.#draining && !(message instanceof Promise)) {
      this.#send(message);
      return;
    }
    this.#waiting.push(message);
    this.#draining ??= this.#drain();
  }

  /** Resolves when every message posted so far is sent. */
  async flushed(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
      this.#send(await next);
    this.#draining = null;
  }
}
