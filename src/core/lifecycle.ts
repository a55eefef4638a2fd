/** A part of the program that is started and stopped. Its constructor only assigns. */
export interface Component {
  /** Resolves when ready. When it rejects, nothing is left running. @param signal aborts the start */
  start(signal?: AbortSignal): Promise<void>;
  /** Resolves when nothing runs any more. Safe at any time and twice. */
  stop(): Promise<void>;
}

/**
 * Components that depend on each other: started in order, stopped in reverse. If one fails to start, those before it are
 * stopped.
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

/** Components that do not depend on each other: started one after another, stopped all at once. */
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
