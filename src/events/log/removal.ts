import type { SpotterEvent } from '../event.js';
import type { Database, Statement } from './database.js';

/** An event that is in the log no more, for whoever keeps something beside it. */
export interface Removed {
  seq: number;
  id: string;
}

interface Mention {
  seq: number;
  body: string;
  explain: string | null;
}

/** Events that are removed in one go: few enough that publishing waits a few ms at most. */
const CHUNK = 32;
/** Events that are searched for a name in one go. */
const SEARCH_CHUNK = 2000;
const PEOPLE_INDEXES = ['events_p', 'events_pk', 'events_pc', 'events_pck'];
/** Free pages that are given back in one go. */
const VACUUM_PAGES = 64;

/** Takes events out of the log in small steps, so that others may use it in between. */
export class Removal {
  readonly #db: Database;
  readonly #pageBytes: number;
  readonly #oldest: Statement<Removed & { published_ms: number }>;
  readonly #ofPerson: Statement<Removed>;
  readonly #mentions: Statement<Mention>;
  readonly #delete: Statement<never>;
  readonly #deleteLetters: Statement<never>;
  readonly #rewrite: Statement<never>;

  constructor(db: Database) {
    this.#db = db;
    this.#pageBytes = Number(db.pragma('page_size'));
    this.#oldest = db.prepare('SELECT seq, id, published_ms FROM events ORDER BY seq LIMIT ?');
    this.#ofPerson = db.prepare('SELECT seq, id FROM events WHERE person IS NOT NULL AND person = ? LIMIT ?');
    this.#mentions = db.prepare(
      `SELECT seq, body, explain FROM events
       WHERE seq > ? AND seq <= ? AND (instr(body, ?) > 0 OR instr(explain, ?) > 0)`,
    );
    this.#delete = db.prepare('DELETE FROM events WHERE seq = ?');
    this.#deleteLetters = db.prepare('DELETE FROM dead_letters WHERE seq = ?');
    this.#rewrite = db.prepare('UPDATE events SET body = ?, explain = ? WHERE seq = ?');
  }

  /** Bytes of the file that are in use. */
  get sizeBytes(): number {
    return (Number(this.#db.pragma('page_count')) - this.#freePages) * this.#pageBytes;
  }

  get #freePages(): number {
    return Number(this.#db.pragma('freelist_count'));
  }

  /** Removes some of the oldest events that were published before a time, or while the log is too large. */
  oldest(beforeMs: number, maxBytes: number): Removed[] {
    const isTooLarge = this.sizeBytes > maxBytes;
    const chunk = this.#oldest.all(CHUNK);
    const firstKept = chunk.findIndex((event) => !isTooLarge && event.published_ms >= beforeMs);
    return this.#remove(firstKept < 0 ? chunk : chunk.slice(0, firstKept));
  }

  /** Removes some of a person's events. */
  ofPerson(name: string): Removed[] {
    return this.#remove(this.#ofPerson.all(name, CHUNK));
  }

  /** Takes a name out of some events that tell of others, those after `seq`. @returns how far it has come */
  mentions(name: string, seq: number): number {
    const until = seq + SEARCH_CHUNK;
    const text = JSON.stringify(name).slice(1, -1);
    const found = this.#mentions.all(seq, until, text, text);
    if (found.length > 0) {
      this.#db.transaction(() => {
        for (const mention of found) {
          const { body, explain } = withoutName(mention, name, text);
          if (body !== mention.body || explain !== mention.explain)
            this.#rewrite.run(body, explain, mention.seq);
        }
      });
    }
    return until;
  }

  /** Gives some of the free pages back to the system. @returns whether there are more */
  shrink(): boolean {
    if (this.#freePages === 0) return false;
    this.#db.pragma(`incremental_vacuum(${VACUUM_PAGES})`);
    return this.#freePages > 0;
  }

  /** Empties the write-ahead log into the file, so that nothing removed is left in it. */
  checkpoint(): void {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
  }

  /**
   * Writes the indexes of people anew, or everything. SQLite overwrites what is deleted, but not what it left behind when
   * it once moved entries from page to page. All of it at once: seconds for a large log.
   */
  rebuild(what: 'indexes' | 'everything'): void {
    if (what === 'everything') this.#db.exec('VACUUM');
    else for (const index of PEOPLE_INDEXES) this.#db.exec(`REINDEX ${index}`);
    this.checkpoint();
  }

  #remove(events: Removed[]): Removed[] {
    if (events.length === 0) return [];
    this.#db.transaction(() => {
      for (const { seq } of events) {
        this.#delete.run(seq);
        this.#deleteLetters.run(seq);
      }
    });
    return events.map(({ seq, id }) => ({ seq, id }));
  }
}

/** Somebody else's event without the name; what explained it is left out where the name was part of it. */
function withoutName(
  { body, explain }: Mention,
  name: string,
  text: string,
): Pick<Mention, 'body' | 'explain'> {
  const event = JSON.parse(body) as Omit<SpotterEvent, 'explain'>;
  const other = (value: string | null) => (value === name ? null : value);
  const cleaned = {
    ...event,
    withdrawn: other(event.withdrawn),
    runnerUp: other(event.runnerUp),
    candidates: event.candidates?.filter((candidate) => candidate !== name) ?? null,
  };
  return { body: JSON.stringify(cleaned), explain: explain?.includes(text) ? null : explain };
}
