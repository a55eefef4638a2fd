import { monotonicFactory } from 'ulid';
import type { Database, Statement } from '../../core/database.js';
import { type EventDraft, type Fence, type SpotterEvent, toEvent } from '../event.js';
import { Cursors } from './cursors.js';
import { History } from './history.js';
import { descriptorHoldsText } from './holdsText.js';
import { copyOpenLog } from './hotCopy.js';
import { LogFiles } from './logFiles.js';
import { Removal } from './removal.js';
import { Reviewed } from './reviewed.js';
import { COLUMNS, type Row } from './row.js';

/** An open log: numbers, stores and finds events. Every method may throw an error of SQLite. */
export class LogStore {
  readonly history: History;
  readonly reviewed: Reviewed;
  readonly removal: Removal;
  readonly cursors: Cursors;
  /** Random id, created with the log: another one means that the numbers start over. */
  readonly epoch: string;
  /** Capture time of the oldest event when the log was opened, Unix ms; null when there was none. */
  readonly firstMs: number | null;
  readonly files: LogFiles;
  readonly #db: Database;
  readonly #nextId = monotonicFactory();
  readonly #insert: Statement<never>;
  readonly #setMeta: Statement<never>;
  readonly #first: Statement<{ seq: number }>;
  readonly #after: Statement<Row>;
  readonly #one: Statement<Row>;
  readonly #lastTracks: Statement<{ track: string }>;
  readonly #meta: Statement<{ value: string | number }>;
  readonly #withId: Statement<{ seq: number }>;
  readonly #fences: Statement<{ seq: number; fence: string }>;
  readonly #setLastSeq: Statement<never>;
  readonly #since: Statement<{ published_ms: number }>;
  #lastSeq: number;
  #isDurable = true;
  /** Latest capture time so far, Unix ms, and the most by which an event was ever behind it, ms. */
  #highMs: number;
  #lateMs: number;

  constructor(db: Database, file: string) {
    this.#db = db;
    const meta = db.prepare<{ value: string | number }>('SELECT value FROM meta WHERE key = ?');
    const last = db.prepare<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get();
    const high = db.prepare<{ high_ms: number }>('SELECT high_ms FROM events ORDER BY seq DESC LIMIT 1');
    this.epoch = String(meta.get('epoch')?.value);
    this.#lastSeq = last?.seq ?? 0;
    this.#lateMs = Number(meta.get('late_ms')?.value ?? 0);
    this.#highMs = high.get()?.high_ms ?? 0;
    this.#insert = db.prepare(
      `INSERT INTO events (seq, id, kind, camera, person, track, captured_ms, published_ms, high_ms, body, explain, fence)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#setMeta = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
    this.#first = db.prepare('SELECT seq FROM events ORDER BY seq LIMIT 1');
    this.#after = db.prepare(`SELECT ${COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?`);
    this.#one = db.prepare(`SELECT ${COLUMNS} FROM events WHERE seq = ?`);
    this.#lastTracks = db.prepare(
      'SELECT track FROM events INDEXED BY events_c WHERE camera = ? AND track IS NOT NULL ORDER BY seq DESC LIMIT 500',
    );
    this.#meta = meta;
    this.#withId = db.prepare('SELECT seq FROM events WHERE id = ? LIMIT 1');
    this.#fences = db.prepare(
      'SELECT seq, fence FROM events WHERE seq > ? AND seq <= ? AND fence IS NOT NULL ORDER BY seq',
    );
    this.#since = db.prepare('SELECT published_ms FROM events WHERE seq = ?');
    this.#setLastSeq = db.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'events'");
    this.reviewed = new Reviewed(db);
    this.history = new History(db, this.reviewed, () => this.#lateMs);
    this.removal = new Removal(db);
    this.cursors = new Cursors(db);
    const oldest = db.prepare<{ captured_ms: number }>('SELECT captured_ms FROM events ORDER BY seq LIMIT 1');
    this.firstMs = oldest.get()?.captured_ms ?? null;
    this.files = new LogFiles(file);
  }

  /** Number of the last event ever stored; 0 before the first. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Number of the oldest stored event; one more than the last when there is none. */
  get firstSeq(): number {
    return this.#first.get()?.seq ?? this.#lastSeq + 1;
  }

  /** Bytes of the file that are in use. */
  get sizeBytes(): number {
    return this.removal.sizeBytes;
  }

  /** Numbers and stores events, all or none. */
  append(drafts: readonly EventDraft[]): SpotterEvent[] {
    const publishedMs = Date.now();
    return this.#transact(() =>
      drafts.map((draft) => {
        const numbering = { seq: this.#lastSeq + 1, id: this.#nextId(publishedMs), publishedMs };
        const event = toEvent(draft, numbering);
        this.#store(event, draft.capturedAtMs, publishedMs, draft.fence);
        return event;
      }),
    );
  }

  /**
   * Stores events that have their numbers already, all or none; one whose id is in the log is left out.
   *
   * @param events each with a greater number than the last, and the Unix time at which its age begins, ms
   * @param lastSeq number of the last event that there was, stored or not
   * @param note a text to keep with them; see {@link note}
   * @returns what was stored
   */
  adopt(
    events: readonly { event: SpotterEvent; sinceMs: number }[],
    lastSeq: number,
    note: { key: string; value: string } | null,
  ): SpotterEvent[] {
    return this.#transact(() => {
      const stored: SpotterEvent[] = [];
      for (const { event, sinceMs } of events) {
        if (this.has(event.id)) continue;
        this.#store(event, Date.parse(event.capturedAt), sinceMs, null);
        stored.push(event);
      }
      if (this.#lastSeq !== lastSeq) this.#setLastSeq.run(lastSeq);
      this.#lastSeq = lastSeq;
      if (note) this.setNote(note.key, note.value);
      return stored;
    });
  }

  /** Whether there is an event with an id. */
  has(id: string): boolean {
    return this.#withId.get(id) !== undefined;
  }

  /** Unix time at which the age of an event begins, ms; null when there is no event with that number. */
  sinceMs(seq: number): number | null {
    return this.#since.get(seq)?.published_ms ?? null;
  }

  /** The fences of the events of a span, by number; the first bound is exclusive. */
  fences(after: number, last: number): Map<number, Fence> {
    return new Map(this.#fences.all(after, last).map(({ seq, fence }) => [seq, JSON.parse(fence)]));
  }

  /** A text that is kept beside the events; null without one. */
  note(key: string): string | null {
    const found = this.#meta.get(`note ${key}`);
    return found ? String(found.value) : null;
  }

  /** Keeps a text beside the events, instead of an earlier one of that key. */
  setNote(key: string, value: string): void {
    this.#setMeta.run(`note ${key}`, value);
  }

  /** How often somebody was erased. */
  get erasures(): number {
    return Number(this.note('erasures') ?? 0);
  }

  noteErasure(): void {
    this.setNote('erasures', String(this.erasures + 1));
  }

  /** Events with a number above `seq`, in order. */
  after(seq: number, limit: number): Row[] {
    return this.#after.all(seq, limit);
  }

  /** null when there is no event with that number. */
  one(seq: number): Row | null {
    return this.#one.get(seq) ?? null;
  }

  /** Track ids of a camera's last 500 events of tracks, more than can have been in view at once. */
  lastTracks(camera: string): string[] {
    return this.#lastTracks.all(camera).map(({ track }) => track);
  }

  /** Whether any of some texts is in the file's bytes. */
  holdsText(texts: readonly string[]): Promise<boolean> {
    return descriptorHoldsText(this.files.descriptor, texts);
  }

  /** Copies the log while it is in use; see {@link copyOpenLog}. */
  copyTo(target: string): Promise<void> {
    return copyOpenLog(this.#db, this.files.descriptor, this.files.file, target);
  }

  /** Whether a transaction ends only when the disk has it. */
  setDurable(isDurable: boolean): void {
    if (isDurable === this.#isDurable) return;
    this.#isDurable = isDurable;
    this.#db.pragma(`synchronous = ${isDurable ? 'FULL' : 'NORMAL'}`);
  }

  /** Closes the file, so that another process can open it at once. */
  close(): void {
    try {
      this.#db.release();
    } finally {
      this.files.close();
    }
  }

  /** Runs in one transaction what changes the last number and the times; an error changes none of them. */
  #transact<T>(work: () => T): T {
    const before = [this.#lastSeq, this.#highMs, this.#lateMs] as const;
    try {
      return this.#db.transaction(() => {
        const result = work();
        if (this.#lateMs !== before[2]) this.#setMeta.run('late_ms', this.#lateMs);
        return result;
      });
    } catch (error) {
      [this.#lastSeq, this.#highMs, this.#lateMs] = before;
      throw error;
    }
  }

  #store(event: SpotterEvent, capturedAtMs: number, publishedMs: number, fence: Fence | null): void {
    const { explain, ...body } = event;
    const { seq, id, kind, camera, person, track } = event;
    const capturedMs = Math.round(capturedAtMs);
    this.#highMs = Math.max(this.#highMs, capturedMs);
    this.#lateMs = Math.max(this.#lateMs, this.#highMs - capturedMs);
    this.#lastSeq = seq;
    this.#insert.run(
      seq,
      id,
      kind,
      camera,
      person,
      track,
      capturedMs,
      publishedMs,
      this.#highMs,
      JSON.stringify(body),
      explain === null ? null : JSON.stringify(explain),
      fence && JSON.stringify(fence),
    );
  }
}
