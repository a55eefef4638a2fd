import type { Database, Statement } from '../../core/database.js';
import type {
  CursorStore,
  DeadLetter,
  DeadLetterArchive,
  DeadLetterStore,
  ListedDeadLetter,
} from '../sinks/port.js';

/** The position of each sink, and its dead letters. */
export class Cursors implements CursorStore, DeadLetterStore, DeadLetterArchive {
  readonly #load: Statement<{ seq: number }>;
  readonly #save: Statement<never>;
  readonly #add: Statement<never>;
  readonly #list: Statement<ListedDeadLetter>;
  readonly #drop: Statement<never>;
  readonly #count: Statement<{ letters: number }>;
  readonly #place: Statement<never>;
  readonly #find: Statement<ListedDeadLetter>;
  readonly #dropOf: Statement<never>;
  readonly #clear: Statement<never>;

  constructor(db: Database) {
    this.#load = db.prepare('SELECT seq FROM cursors WHERE sink = ?');
    this.#save = db.prepare('INSERT OR REPLACE INTO cursors (sink, seq) VALUES (?, ?)');
    // Of an event that was forgotten while it was being delivered, nothing is kept.
    this.#add = db.prepare(
      `INSERT INTO dead_letters (sink, seq, reason, at)
       SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM events WHERE seq = ?2)`,
    );
    this.#list = db.prepare(
      'SELECT number, sink, seq, reason, at FROM dead_letters WHERE number < ? ORDER BY number DESC LIMIT ?',
    );
    this.#place = db.prepare(
      'INSERT OR REPLACE INTO dead_letters (number, sink, seq, reason, at) VALUES (?, ?, ?, ?, ?)',
    );
    this.#find = db.prepare(
      'SELECT number, sink, seq, reason, at FROM dead_letters WHERE sink = ? AND seq = ?',
    );
    this.#dropOf = db.prepare('DELETE FROM dead_letters WHERE sink = ? AND seq = ?');
    this.#clear = db.prepare('DELETE FROM dead_letters');
    this.#count = db.prepare('SELECT count(*) AS letters FROM dead_letters');
    this.#drop = db.prepare('DELETE FROM dead_letters WHERE number = ?');
  }

  /** How many dead letters there are. */
  get letters(): number {
    return this.#count.get()?.letters ?? 0;
  }

  load(sink: string): number | null {
    return this.#load.get(sink)?.seq ?? null;
  }

  save(sink: string, seq: number): void {
    this.#save.run(sink, seq);
  }

  add({ sink, seq, reason, at }: DeadLetter): void {
    this.#add.run(sink, seq, reason, at);
  }

  list(before: number | null, limit: number): ListedDeadLetter[] {
    return this.#list
      .all(before ?? Number.MAX_SAFE_INTEGER, limit)
      .map(({ number, sink, seq, reason, at }) => ({ number, sink, seq, reason, at }));
  }

  letter(number: number): ListedDeadLetter | null {
    const [found] = this.list(number + 1, 1);
    return found?.number === number ? found : null;
  }

  /** Stores a letter that is numbered elsewhere, instead of another one of the same sink and event. */
  place({ number, sink, seq, reason, at }: ListedDeadLetter): void {
    this.#dropOf.run(sink, seq);
    this.#place.run(number, sink, seq, reason, at);
  }

  /** The letter of a sink and event; null when there is none. */
  letterOf(sink: string, seq: number): ListedDeadLetter | null {
    return this.#find.get(sink, seq) ?? null;
  }

  /** Removes the letter of a sink and event. */
  dropLetterOf(sink: string, seq: number): void {
    this.#dropOf.run(sink, seq);
  }

  /** Removes every letter. */
  dropLetters(): void {
    this.#clear.run();
  }

  dropLetter(number: number): boolean {
    return this.#drop.run(number) > 0;
  }
}
