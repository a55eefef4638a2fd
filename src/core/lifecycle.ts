/** A part of the program that is started and stopped. Constructors only assign. */
export interface Component {
  /** Resolves when ready; when it fails, nothing of it is left running. */
  start(signal?: AbortSignal): Promise<void>;
  /** Resolves when nothing of it runs any more. Safe at any time and twice. */
  stop(): Promise<void>;
}

/**
 * Components that need each other, in order. What was started is stopped in reverse, also when a later one fails.
 */
export class Stack implements Component {
  readonly #components: readonly Component[];
  readonly #started: Component[] = [];

  constructor(components: readonly Component[]) {
    this.#components = components;
  }

  async start(signal?: AbortSignal): Promise<void> {
    try {
      for (const component of this.#components) {
        if (signal?.aborted) break;
        await component.start(signal);
        this.#started.push(component);
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (let component = this.#started.pop(); component; component = this.#started.pop())
      await component.stop();
  }
}

/** Components that do not need each other: started one after another, stopped all at once. */
export class Together implements Component {
  readonly #components: readonly Component[];

  constructor(components: readonly Component[]) {
    this.#components = components;
  }

  async start(signal?: AbortSignal): Promise<void> {
    try {
      for (const component of this.#components) await component.start(signal);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#components.map((component) => component.stop()));
  }
}
