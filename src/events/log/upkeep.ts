import { setTimeout as pause } from 'node:timers/promises';
import { describeError } from '../../core/errors.js';
import { Serial } from '../../core/serial.js';
import type { LogStore } from './logStore.js';
import type { Removed } from './removal.js';

/** The log, its retention, and callbacks. */
export interface UpkeepOptions {
  /** Runs work on the open log. @throws when it is not open */
  use: <T>(work: (store: LogStore) => T) => T;
  /** How long events are kept, and how large the log may be; read each time. */
  retention: () => { keepDays: number; maxMb: number };
  /** Unix time by the clock that dates the events, ms; null: unknown, so nothing has expired. Default: of this machine. */
  now?: () => number | null;
  /** Events have been removed. */
  onRemoved: (events: Removed[]) => void;
  /** Retention failed and will be retried; called once per reason until it succeeds. */
  onFault: (message: string) => void;
}

/** What {@link Upkeep.forgetPerson} erased. */
export interface Erased {
  /** The person's own events. */
  events: number;
  /** Events of others that named the person and no longer do. */
  mentions: number;
  /** Dead letters of the person's events. */
  deadLetters: number;
  /** Numbers of all these events. */
  seqs: number[];
  /** The person is erased, but the name is also part of other text, such as a camera's id. */
  isPartOfOtherText: boolean;
}

const EVERY_MS = 10_000;
/** Pause between two steps: new events have priority on the disk. */
const REST_MS = 5;
const DAY_MS = 86_400_000;

/** Removes expired and erased events from the log, in small steps. */
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
    let fault: string | null = null;
    const clean = () => {
      void this.#cleaning.run(async () => {
        try {
          await this.clean();
          fault = null;
        } catch (error) {
          const before = fault;
          fault = describeError(error);
          if (fault !== before) this.#options.onFault(fault);
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
    const { retention, now = Date.now, use, onRemoved } = this.#options;
    while (!this.#stopped) {
      const { keepDays, maxMb } = retention();
      const beforeMs = (now() ?? Number.NEGATIVE_INFINITY) - keepDays * DAY_MS;
      const removed = use((store) => store.removal.oldest(beforeMs, maxMb * 2 ** 20));
      if (removed.length > 0) onRemoved(removed);
      else if (!use((store) => store.removal.shrink())) return;
      await pause(REST_MS);
    }
  }

  /**
   * Erases every trace of a name: the person's own events, and mentions in events of others. When it resolves, no file of
   * the log contains the name. Queued events are not touched.
   *
   * @param onUnpictured called with the ids of events whose pictures must be removed: the event is erased, or belongs to one
   *   of the person's tracks
   */
  async forgetPerson(name: string, onUnpictured: (ids: string[]) => void): Promise<Erased> {
    const { use } = this.#options;
    const erased: Erased = { events: 0, mentions: 0, deadLetters: 0, seqs: [], isPartOfOtherText: false };
    // First: whoever still reads what is being erased can see that it is out of date.
    use((store) => store.noteErasure());
    const tracks = new Set<string>();
    const texts = new Set([name]);
    for (;;) {
      const removed = use((store) => store.removal.ofPerson(name));
      if (removed.events.length === 0) break;
      erased.events += removed.events.length;
      erased.deadLetters += removed.deadLetters;
      for (const track of removed.tracks) tracks.add(track);
      for (const shown of removed.displayNames) texts.add(shown);
      erased.seqs.push(...removed.events.map(({ seq }) => seq));
      onUnpictured(removed.events.map(({ id }) => id));
      await pause(0);
    }
    for (let seq = use((store) => store.firstSeq) - 1; seq < use((store) => store.lastSeq); ) {
      const { until, named, pictured } = use((store) => store.removal.mentions(name, seq, tracks));
      erased.mentions += named.length;
      erased.seqs.push(...named);
      onUnpictured(pictured);
      seq = until;
      await pause(0);
    }
    use((store) => store.removal.checkpoint());
    for (const what of ['indexes', 'everything'] as const) {
      if (!(await use((store) => store.holdsText([...texts])))) return erased;
      use((store) => store.removal.rebuild(what));
    }
    erased.isPartOfOtherText = await use((store) => store.holdsText([name]));
    return erased;
  }
}
