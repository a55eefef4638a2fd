import { setTimeout as pause } from 'node:timers/promises';
import { describeError } from '../../core/errors.js';
import { Serial } from '../../core/serial.js';
import { holdsText } from './holdsText.js';
import type { LogStore } from './logStore.js';
import type { Removed } from './removal.js';

export interface UpkeepOptions {
  /** The log's file. */
  file: string;
  /** Works on the open log. @throws when it is not open */
  use: <T>(work: (store: LogStore) => T) => T;
  /** How long events are kept, and how large the log may be. Asked for each time. */
  retention: () => { keepDays: number; maxMb: number };
  /** Events are in the log no more. */
  onRemoved: (events: Removed[]) => void;
  /** Retention could not be done; it is tried again. The same reason is told once until it has worked. */
  onTrouble: (message: string) => void;
}

const EVERY_MS = 10_000;
/** Between two steps: the disk is for what is new. */
const REST_MS = 5;
const DAY_MS = 86_400_000;

/** Takes out of the log what is not to be kept, little by little. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #timer: NodeJS.Timeout | undefined;
  readonly #cleaning = new Serial();
  #stopped = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  start(): void {
    let trouble: string | null = null;
    const clean = () => {
      void this.#cleaning.run(async () => {
        try {
          await this.clean();
          trouble = null;
        } catch (error) {
          const before = trouble;
          trouble = describeError(error);
          if (trouble !== before) this.#options.onTrouble(trouble);
        }
      });
    };
    this.#timer = setInterval(clean, EVERY_MS);
    clean();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#cleaning.idle();
  }

  /** Removes what is too old, or too much, until nothing is. Resolves when done. */
  async clean(): Promise<void> {
    const { retention, use, onRemoved } = this.#options;
    while (!this.#stopped) {
      const { keepDays, maxMb } = retention();
      const beforeMs = Date.now() - keepDays * DAY_MS;
      const removed = use((store) => store.removal.oldest(beforeMs, maxMb * 2 ** 20));
      if (removed.length > 0) onRemoved(removed);
      else if (!use((store) => store.removal.shrink())) return;
      await pause(REST_MS);
    }
  }

  /**
   * Erases every trace of a name: the person's own events, and the mentions in those of others. When it resolves, the name
   * is in no file of the log any more. Events that are still on their way are not touched.
   *
   * @returns how many events are gone
   */
  async forgetPerson(name: string): Promise<number> {
    const { file, use, onRemoved } = this.#options;
    let count = 0;
    for (;;) {
      const removed = use((store) => store.removal.ofPerson(name));
      if (removed.length === 0) break;
      count += removed.length;
      onRemoved(removed);
      await pause(0);
    }
    for (let seq = use((store) => store.firstSeq) - 1; seq < use((store) => store.lastSeq); ) {
      seq = use((store) => store.removal.mentions(name, seq));
      await pause(0);
    }
    use((store) => store.removal.checkpoint());
    for (const what of ['indexes', 'everything'] as const) {
      if (!(await holdsText(file, name))) break;
      use((store) => store.removal.rebuild(what));
    }
    return count;
  }
}
