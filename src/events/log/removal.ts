import type { Database, Statement } from '../../core/database.js';
import type { SpotterEvent } from '../event.js';
import { withoutPerson } from '../forgottenNames.js';

/** An event removed from the log, for code that stores something beside it. */
export interface Removed {
  seq: number;
  id: string;
}

/** One step of erasing a person's own events. */
export interface RemovedOfPerson {
  events: Removed[];
  /** Tracks of the events. */
  tracks: string[];
  /** Display names in the events. */
  displayNames: string[];
  deadLetters: number;
}

/** One step of removing a name from other events. */
export interface CleanedMentions {
  /** Last `seq` searched so far. */
  until: number;
  /** Numbers of events that named the person and no longer do. */
  named: number[];
  /** Ids of events whose pictures show the face of one of the person's tracks. */
  pictured: string[];
}

interface Mention extends Pick<Removed, 'seq' | 'id'> {
  track: string | null;
  body: string;
  explain: string | null;
}

/** Events removed per transaction: few enough that publishing waits a few ms at most. */
const CHUNK = 32;
/** Events searched for a name per step. */
const SEARCH_CHUNK = 2000;
const PEOPLE_INDEXES = ['events_p', 'events_pk', 'events_pc', 'events_pck'];
const NAMES = `
  SELECT person AS name FROM events WHERE person IS NOT NULL
  UNION SELECT json_extract(body, '$.runnerUp') FROM events WHERE json_extract(body, '$.runnerUp') IS NOT NULL
  UNION SELECT json_extract(body, '$.withdrawn') FROM events WHERE json_extract(body, '$.withdrawn') IS NOT NULL
  UNION SELECT value FROM events, json_each(events.body, '$.candidates') WHERE value IS NOT NULL`;
/** Free pages returned per step. */
const VACUUM_PAGES = 64;

/** Removes events from the log in small steps, so that it stays usable in between. */
export class Removal {
  readonly #db: Database;
  readonly #pageBytes: number;
  readonly #oldest: Statement<Removed & { published_ms: number }>;
  readonly #ofPerson: Statement<Removed & { track: string | null; shown: string | null }>;
  readonly #mentions: Statement<Mention>;
  readonly #delete: Statement<never>;
  readonly #deleteLetters: Statement<never>;
  readonly #shortenLetters: Statement<never>;
  readonly #rewrite: Statement<never>;

  constructor(db: Database) {
    this.#db = db;
    this.#pageBytes = Number(db.pragma('page_size'));
    this.#oldest = db.prepare('SELECT seq, id, published_ms FROM events ORDER BY seq LIMIT ?');
    this.#ofPerson = db.prepare(
      `SELECT seq, id, track, json_extract(body, '$.displayName') AS shown FROM events
       WHERE person IS NOT NULL AND person = ? LIMIT ?`,
    );
    this.#mentions = db.prepare(
      `SELECT seq, id, track, body, explain FROM events WHERE seq > ? AND seq <= ?
       AND (instr(body, ?) > 0 OR instr(explain, ?) > 0 OR track IN (SELECT value FROM json_each(?)))`,
    );
    this.#delete = db.prepare('DELETE FROM events WHERE seq = ?');
    this.#deleteLetters = db.prepare('DELETE FROM dead_letters WHERE seq = ?');
    this.#shortenLetters = db.prepare(
      "UPDATE dead_letters SET reason = substr(reason, 1, instr(reason, ': ') - 1) WHERE seq = ? AND instr(reason, ': ') > 0",
    );
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
    return this.#remove(firstKept < 0 ? chunk : chunk.slice(0, firstKept)).events;
  }

  /** Removes some of a person's events. */
  ofPerson(name: string): RemovedOfPerson {
    const chunk = this.#ofPerson.all(name, CHUNK);
    return {
      ...this.#remove(chunk),
      tracks: chunk.flatMap(({ track }) => track ?? []),
      displayNames: chunk.flatMap(({ shown }) => shown ?? []),
    };
  }

  /**
   * Removes a name from some events of others, beginning after `seq`.
   *
   * @param tracks of the person: other events of these tracks lose their picture
   */
  mentions(name: string, seq: number, tracks: ReadonlySet<string>): CleanedMentions {
    const cleaned: CleanedMentions = { until: seq + SEARCH_CHUNK, named: [], pictured: [] };
    const text = JSON.stringify(name).slice(1, -1);
    const found = this.#mentions.all(seq, cleaned.until, text, text, JSON.stringify([...tracks]));
    if (found.length === 0) return cleaned;
    this.#db.transaction(() => {
      for (const mention of found) {
        const isOfPerson = mention.track !== null && tracks.has(mention.track);
        const { body, explain, isNamed, isPictured } = withoutName(mention, name, text, isOfPerson);
        if (isNamed) cleaned.named.push(mention.seq);
        // What a far end has answered may repeat the event.
        if (isNamed) this.#shortenLetters.run(mention.seq);
        if (isPictured) cleaned.pictured.push(mention.id);
        if (isNamed || isPictured) this.#rewrite.run(body, explain, mention.seq);
      }
    });
    return cleaned;
  }

  /** Every name in the log: of people of events, and of those that events mention. Reads all of it. */
  names(): string[] {
    const rows = this.#db.prepare<{ name: string }>(NAMES).all();
    return rows.map(({ name }) => name);
  }

  /** Numbers of the events that name a person, or might: one whose name is part of another is found as well. Reads all of it. */
  naming(name: string): number[] {
    const text = JSON.stringify(name).slice(1, -1);
    const rows = this.#db
      .prepare<{ seq: number }>(
        'SELECT seq FROM events WHERE person = ? OR instr(body, ?) > 0 OR instr(explain, ?) > 0',
      )
      .all(name, text, text);
    return rows.map(({ seq }) => seq);
  }

  /** Returns some free pages to the file system. @returns whether there are more */
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
   * Rewrites the indexes of people, or the whole file. SQLite overwrites deleted content, but not the copies that it left
   * behind when it moved entries between pages. Runs in one step: seconds for a large log.
   */
  rebuild(what: 'indexes' | 'everything'): void {
    if (what === 'everything') this.#db.exec('VACUUM');
    else for (const index of PEOPLE_INDEXES) this.#db.exec(`REINDEX ${index}`);
    this.checkpoint();
  }

  #remove(events: Removed[]): { events: Removed[]; deadLetters: number } {
    if (events.length === 0) return { events: [], deadLetters: 0 };
    const deadLetters = this.#db.transaction(() =>
      events.reduce((sum, { seq }) => {
        this.#delete.run(seq);
        return sum + this.#deleteLetters.run(seq);
      }, 0),
    );
    return { events: events.map(({ seq, id }) => ({ seq, id })), deadLetters };
  }
}

/**
 * An event of somebody else without the name; its explanation is removed if it contained the name.
 *
 * @param isOfPerson whether it belongs to a track of the person, so that its picture is removed as well
 */
function withoutName(before: Mention, name: string, text: string, isOfPerson: boolean) {
  const event = JSON.parse(before.body) as Omit<SpotterEvent, 'explain'>;
  const named = { ...event, ...withoutPerson(event, name) };
  const body = JSON.stringify(isOfPerson ? { ...named, snapshot: null } : named);
  const explain = before.explain?.includes(text) ? null : before.explain;
  const isNamed = JSON.stringify(named) !== before.body || explain !== before.explain;
  return { body, explain, isNamed, isPictured: isOfPerson && event.snapshot !== null };
}
