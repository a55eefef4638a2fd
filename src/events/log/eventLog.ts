import path from 'node:path';
import { faultOf } from '../../core/database.js';
import { SpotterError } from '../../core/errors.js';
import type { Component } from '../../core/lifecycle.js';
import type { EventDraft, FencedEvent, SpotterEvent } from '../event.js';
import type { Ledger } from '../ledger.js';
import type {
  CursorStore,
  DeadLetter,
  DeadLetterArchive,
  DeadLetterStore,
  EventSource,
  ListedDeadLetter,
} from '../sinks/port.js';
import type { HistoryQuery } from './history.js';
import type { LogStore } from './logStore.js';
import { closeAnyway, damageOf, discardLog, explainFault, LOG_FILE, openLogStore, putAway } from './open.js';
import { eventOf, type Row, type StoredEvent, storedEventOf } from './row.js';
import { type Erased, Upkeep, type UpkeepOptions } from './upkeep.js';

/** Where the log is, how long it keeps events, and what it reports. */
export interface EventLogOptions extends Pick<UpkeepOptions, 'retention' | 'now' | 'onRemoved' | 'onFault'> {
  /** Folder of the log; created for the owner only. */
  folder: string;
  /** Whether events have their `explain` by default. */
  explain: () => boolean;
  /** See {@link OpenLogOptions}; default false. */
  isCopy?: boolean;
  /**
   * The log was damaged or is gone, and a new one has been started.
   *
   * @param lost Unix times between which events are no longer in the log; null when it is replaced at the start
   */
  onReplaced: (message: string, lost: { fromMs: number; toMs: number } | null) => void;
}

/** Between two checks of the files while nothing is written, ms. */
const CHECK_EVERY_MS = 2000;

/**
 * The event log: one SQLite file, which one process at a time may open. Every consumer reads its events here, from its own
 * position. A log that turns out to be damaged or gone is replaced by a new one.
 */
export class EventLog
  implements Component, Ledger, EventSource, CursorStore, DeadLetterStore, DeadLetterArchive
{
  readonly #options: EventLogOptions;
  readonly #listeners = new Set<(stored: readonly FencedEvent[]) => void>();
  readonly #upkeep: Upkeep;
  readonly #file: string;
  #store: LogStore | null = null;
  #whyClosed: unknown = new SpotterError('log.unwritable', 'the event log is not open');
  #lastSeq = 0;
  #isAnnounced = true;
  readonly #appended: FencedEvent[] = [];
  #openedMs = 0;
  #checkTimer: NodeJS.Timeout | undefined;

  constructor(options: EventLogOptions) {
    this.#options = options;
    this.#file = path.join(options.folder, LOG_FILE);
    this.#upkeep = new Upkeep({ ...options, use: (work) => this.use(work) });
  }

  /**
   * Opens the log. On a full or broken disk it stays closed, and the next {@link append} tries again.
   *
   * @throws SpotterError log.locked, log.newer, log.unusable
   */
  async start(): Promise<void> {
    try {
      this.#open();
    } catch (error) {
      if (error instanceof SpotterError && error.code !== 'log.unwritable') throw error;
      this.#whyClosed = error;
    }
    this.#upkeep.start();
    this.#checkTimer = setInterval(() => this.#tryCheck(), CHECK_EVERY_MS);
  }

  /** Closes the log, once a running clean-up has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#checkTimer);
    await this.#upkeep.stop();
    // Committed events are safe; the next start finds them.
    if (this.#store) closeAnyway(this.#store);
    this.#store = null;
  }

  /** Random id of the log; null while it is not open. */
  get epoch(): string | null {
    return this.#store?.epoch ?? null;
  }

  /** Number of the last event; 0 before the first. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** The first and last number of the log, and how often somebody was erased; never throws. The epoch is null while it cannot be read. */
  get state(): { epoch: string | null; firstSeq: number; lastSeq: number; erasures: number } {
    try {
      return this.use(({ epoch, firstSeq, lastSeq, erasures }) => ({ epoch, firstSeq, lastSeq, erasures }));
    } catch {
      return { epoch: null, firstSeq: this.#lastSeq + 1, lastSeq: this.#lastSeq, erasures: 0 };
    }
  }

  /** Bytes in use; 0 while the log cannot be read. */
  get sizeBytes(): number {
    return this.readable((store) => store.sizeBytes, 0);
  }

  /** Whether what is stored from now on survives a loss of power at once (default), or a moment later. Any process may be killed. */
  setDurable(isDurable: boolean): void {
    this.#store?.setDurable(isDurable);
  }

  /** @throws SpotterError log.unwritable when the events cannot be stored now; retry later */
  append(drafts: readonly EventDraft[]): SpotterEvent[] {
    if (!this.#store) this.#open();
    if (drafts.length === 0) return [];
    const events = this.write((store) => store.append(drafts));
    this.#appended.push(...events.map((event, index) => ({ event, fence: drafts[index].fence })));
    return this.#options.explain() ? events : events.map((event) => ({ ...event, explain: null }));
  }

  after(seq: number, limit: number): SpotterEvent[] {
    const explain = this.#options.explain();
    return this.use((store) => store.after(seq, limit)).map((row) => eventOf(row, explain));
  }

  /** The same as {@link after}, as JSON to pass on. */
  page(seq: number, limit: number): StoredEvent[] {
    return this.use((store) => store.after(seq, limit)).map((row) => this.#shown(row));
  }

  /** Finds events, ordered by number. @param explain include it regardless of the configuration */
  find(query: HistoryQuery, explain: boolean): StoredEvent[] {
    return this.use((store) => store.history.find(query)).map((row) => this.#shown(row, explain));
  }

  /** One event; null when there is none with that number. @param explain as in {@link find} */
  event(seq: number, explain: boolean): StoredEvent | null {
    const row = this.use((store) => store.one(seq));
    return row && this.#shown(row, explain);
  }

  /** @param listener also gets what {@link append} has stored, with every `explain`: it need not be read again within this turn of the loop */
  onCommitted(listener: (stored: readonly FencedEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  load(sink: string): number | null {
    return this.use((store) => store.cursors.load(sink));
  }

  save(sink: string, seq: number): void {
    this.use((store) => store.cursors.save(sink, seq));
  }

  add(letter: DeadLetter): void {
    this.use((store) => store.cursors.add(letter));
  }

  list(before: number | null, limit: number): ListedDeadLetter[] {
    return this.use((store) => store.cursors.list(before, limit));
  }

  letter(number: number): ListedDeadLetter | null {
    return this.use((store) => store.cursors.letter(number));
  }

  dropLetter(number: number): boolean {
    return this.use((store) => store.cursors.dropLetter(number));
  }

  /** Applies the retention now. */
  clean(): Promise<void> {
    return this.#upkeep.clean();
  }

  /** Erases every trace of a name from the log's files; see {@link Upkeep.forgetPerson}. */
  forgetPerson(name: string, onUnpictured: (ids: string[]) => void): Promise<Erased> {
    return this.#upkeep.forgetPerson(name, onUnpictured);
  }

  /** Copies the log to a file while it is in use; seal it with sealCopy. @throws when it cannot be copied */
  copyTo(target: string): Promise<void> {
    return this.use((store) => store.copyTo(target));
  }

  /** Replaces the log when its file has been deleted, replaced or cut. @throws when no new log can be started now */
  #checkFiles(): void {
    const loss = this.#store?.files.loss;
    if (this.#store && loss) this.#replace(this.#store, `the event log ${this.#file} ${loss} while in use`);
  }

  #tryCheck(): void {
    try {
      this.#checkFiles();
    } catch {
      // The next event tries to open it again, and its failure is reported.
    }
  }

  /** Stores events, and calls the listeners. @throws SpotterError log.unwritable */
  protected write<T>(work: (store: LogStore) => T): T {
    try {
      const result = this.use(work);
      this.#lastSeq = this.#store?.lastSeq ?? this.#lastSeq;
      this.#announce();
      return result;
    } catch (error) {
      // Merges the write-ahead log, which may be larger than what it adds to the file.
      if (faultOf(error) === 'full') this.readable((store) => store.removal.checkpoint(), undefined);
      throw explainFault(error, this.#file);
    }
  }

  /** Deletes the log and starts a new one, whose first number is 1. @throws SpotterError log.unwritable and others of {@link start} */
  protected begin(epoch: string): void {
    const before = this.#store;
    this.#store = null;
    this.#lastSeq = 0;
    // First: SQLite refuses to close a log whose file is gone while something is still to write.
    before?.close();
    discardLog(this.#options.folder);
    this.#open(epoch);
  }

  #shown(row: Row, explain = false): StoredEvent {
    return storedEventOf(row, explain || this.#options.explain());
  }

  #open(epoch?: string): LogStore {
    const { folder, isCopy } = this.#options;
    const { store, replaced } = openLogStore(folder, { firstSeq: this.#lastSeq + 1, epoch, isCopy });
    this.#store = store;
    this.#lastSeq = store.lastSeq;
    this.#openedMs = Date.now();
    if (replaced !== null) this.#options.onReplaced(replaced, null);
    return store;
  }

  /** What {@link use} returns; something else while the log cannot be read. */
  readable<T>(work: (store: LogStore) => T, otherwise: T): T {
    try {
      return this.use(work);
    } catch {
      return otherwise;
    }
  }

  /** Works on the open log; replaces a damaged one and works on the new one. @throws when it is not open, or an error of SQLite */
  use<T>(work: (store: LogStore) => T): T {
    if (!this.#store) throw this.#whyClosed;
    this.#checkFiles();
    const store = this.#store;
    try {
      return work(store);
    } catch (error) {
      if (faultOf(error) !== 'corrupt') throw error;
      return work(this.#replace(store, damageOf(error)));
    } finally {
      this.#store?.files.note();
    }
  }

  #replace(lost: LogStore, what: string): LogStore {
    const fromMs = lost.firstMs ?? this.#openedMs;
    this.#store = null;
    const { folder, isCopy } = this.#options;
    // A copy is closed first: SQLite does not write to a log whose file is gone. What is kept is moved before, as SQLite removes
    // whatever then has the name of its write-ahead log.
    if (isCopy) closeAnyway(lost);
    let message: string;
    try {
      message = putAway(folder, what, isCopy);
    } finally {
      closeAnyway(lost);
    }
    const store = this.#open();
    this.#options.onReplaced(message, { fromMs, toMs: Date.now() });
    return store;
  }

  /** Calls the listeners as soon as the caller is done: an error of theirs must not look like a failed commit. */
  #announce(): void {
    if (!this.#isAnnounced) return;
    this.#isAnnounced = false;
    queueMicrotask(() => {
      this.#isAnnounced = true;
      const stored = this.#appended.splice(0);
      for (const listener of this.#listeners) listener(stored);
    });
  }
}
