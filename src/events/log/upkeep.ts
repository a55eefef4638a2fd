import { setTimeout as pause } from 'node:timers/promises';
import { describeError } from '../../core/errors.js';
import { Serial } from '../../core/serial.js';
import { holdsText } from './holdsText.js';
import type { LogStore } from './logStore.js';
import type { Removed } from './removal.js';

/** The log, its retention, and what is reported of it. */
export interface UpkeepOptions {
  /** Path of the log. */
  file: string;
  /** Works on the open log. @throws when it is not open */
  use: <T>(work: (store: LogStore) => T) => T;
  /** How long events are kept, and how large the log may be; read each time. */
  retention: () => { keepDays: number; maxMb: number };
  /** Events have been removed. */
  onRemoved: (events: Removed[]) => void;
  /** Retention failed and will be retried; called once per reason until it succeeds. */
  onTrouble: (message: string) => void;
}

const EVERY_MS = 10_000;
/** Pause between two steps: new events have priority on the disk. */
const REST_MS = 5;
const DAY_MS = 86_400_000;

/** Removes from the log what is no longer to be kept, in small steps. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #timer: NodeJS.Timeout | undefined;
  readonly #cleaning = new Serial();
  #stopped = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Applies the retention now and every 10 s. */
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

  /** Resolves when no step is running any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#cleaning.idle();
  }

  /** Removes events until none is too old and the log is not too large. */
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
