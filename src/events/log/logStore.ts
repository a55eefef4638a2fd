import { monotonicFactory } from 'ulid';
import type { Database, Statement } from '../../core/database.js';
import { type EventDraft, type SpotterEvent, toEvent } from '../event.js';
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
  readonly #lastTracks: Statement<{ track: string | null }>;
  #lastSeq: number;
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
      `INSERT INTO events (seq, id, kind, camera, person, track, captured_ms, published_ms, high_ms, body, explain)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#setMeta = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
    this.#first = db.prepare('SELECT seq FROM events ORDER BY seq LIMIT 1');
    this.#after = db.prepare(`SELECT ${COLUMNS} FROM events WHERE seq > ? ORDER BY seq LIMIT ?`);
    this.#one = db.prepare(`SELECT ${COLUMNS} FROM events WHERE seq = ?`);
    this.#lastTracks = db.prepare('SELECT track FROM events WHERE camera = ? ORDER BY seq DESC LIMIT 500');
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
    let [seq, highMs, lateMs] = [this.#lastSeq, this.#highMs, this.#lateMs];
    const events = this.#db.transaction(() => {
      const stored = drafts.map((draft) => {
        const { capturedAtMs } = draft;
        const event = toEvent(draft, { seq: ++seq, id: this.#nextId(publishedMs), publishedMs });
        highMs = Math.max(highMs, Math.round(capturedAtMs));
        lateMs = Math.max(lateMs, highMs - Math.round(capturedAtMs));
        this.#store(event, Math.round(capturedAtMs), publishedMs, highMs);
        return event;
      });
      if (lateMs !== this.#lateMs) this.#setMeta.run('late_ms', lateMs);
      return stored;
    });
    [this.#lastSeq, this.#highMs, this.#lateMs] = [seq, highMs, lateMs];
    return events;
  }

  /** Events with a number above `seq`, in order. */
  after(seq: number, limit: number): Row[] {
    return this.#after.all(seq, limit);
  }

  /** null when there is no event with that number. */
  one(seq: number): Row | null {
    return this.#one.get(seq) ?? null;
  }

  /** Track ids of a camera's last 500 events, more than can have been in view at once. */
  lastTracks(camera: string): string[] {
    return this.#lastTracks.all(camera).flatMap(({ track }) => track ?? []);
  }

  /** Whether any of some texts is in the file's bytes. */
  holdsText(texts: readonly string[]): Promise<boolean> {
    return descriptorHoldsText(this.files.descriptor, texts);
  }

  /** Copies the log while it is in use; see {@link copyOpenLog}. */
  copyTo(target: string): Promise<void> {
    return copyOpenLog(this.#db, this.files.descriptor, this.files.file, target);
  }

  /** Closes the file, so that another process can open it at once. */
  close(): void {
    try {
      this.#db.release();
    } finally {
      this.files.close();
    }
  }

  #store(event: SpotterEvent, capturedMs: number, publishedMs: number, highMs: number): void {
    const { explain, ...body } = event;
    const { seq, id, kind, camera, person, track } = event;
    this.#insert.run(
      seq,
      id,
      kind,
      camera,
      person,
      track,
      capturedMs,
      publishedMs,
      highMs,
      JSON.stringify(body),
      explain === null ? null : JSON.stringify(explain),
    );
  }
}
