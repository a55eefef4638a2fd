import type { SpotterEvent } from '../event.js';
import type { ListedDeadLetter } from '../sinks/port.js';
import { EventLog, type EventLogOptions } from './eventLog.js';

/**
 * The event log of a feed that is numbered elsewhere: a copy, which can be made again from there. Numbers may be missing, and its epoch is
 * that of the feed.
 */
export class MergedLog extends EventLog {
  /** Called with a dead letter that is dropped here. */
  onDropLetter: (letter: ListedDeadLetter) => void = () => {};

  constructor(options: Omit<EventLogOptions, 'isCopy'>) {
    super({ ...options, isCopy: true });
  }

  /** Stores events of the feed; see {@link LogStore.adopt}. @throws SpotterError log.unwritable when they cannot be stored now */
  adopt(
    events: readonly { event: SpotterEvent; sinceMs: number }[],
    lastSeq: number,
    note: { key: string; value: string } | null,
  ): SpotterEvent[] {
    return this.write((store) => store.adopt(events, lastSeq, note));
  }

  /** Starts anew, for another feed or from its beginning. @throws SpotterError log.unwritable */
  restart(epoch: string): void {
    this.begin(epoch);
  }

  /** See {@link LogStore.note}; null while the log cannot be read. */
  note(key: string): string | null {
    return this.readable((store) => store.note(key), null);
  }

  /** The first and last number of the log; other nodes may have read more. */
  override get state(): EventLog['state'] & { mayLag: true } {
    return { ...super.state, mayLag: true };
  }

  override dropLetter(number: number): boolean {
    const letter = this.letter(number);
    if (letter) this.onDropLetter(letter);
    return super.dropLetter(number) || letter !== null;
  }
}
