import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { decodeTime, monotonicFactory } from 'ulid';
import { describeError, hasErrno } from '../core/errors.js';
import { makePrivateFolder } from '../core/folders.js';
import type { Component } from '../core/lifecycle.js';
import { Serial } from '../core/serial.js';
import type { EventDraft } from '../events/event.js';
import type { Pictures } from './pictures.js';

export interface SnapshotStoreOptions {
  /** Made when it is needed, for the owner only. */
  folder: string;
  /** How long pictures are kept, ms; asked at each sweep. */
  keepMs: () => number;
  /** Told in one sentence what fails, of each kind of failure once a minute at most. */
  onWarning: (message: string) => void;
  /** Told what became of the pictures of each event that should have some; `bytes` is set when they are stored. */
  onOutcome: (outcome: SnapshotOutcome, bytes: number | null) => void;
}

/** `missing`: there were none to store. */
export type SnapshotOutcome = 'stored' | 'failed' | 'missing';

/** The whole frame, or the face. */
export type PictureForm = keyof Pictures;

const SUFFIX: Record<PictureForm, string> = { frame: '.jpg', face: '-face.jpg' };
const KEY = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const SWEEP_EVERY_MS = 10 * 60_000;
const WARN_EVERY_MS = 60_000;

/**
 * Pictures of events on disk: folder/YYYY-MM-DD/<key>.jpg and <key>-face.jpg, by the UTC day in the key, a ULID. Whoever
 * knows the key finds the files; nothing else is kept.
 */
export class SnapshotStore implements Component {
  readonly #options: SnapshotStoreOptions;
  readonly #nextKey = monotonicFactory();
  #timer: NodeJS.Timeout | undefined;
  readonly #sweeping = new Serial();
  readonly #warnedAtMs = new Map<string, number>();

  constructor(options: SnapshotStoreOptions) {
    this.#options = options;
  }

  /** Removes from now on what is too old. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#beginSweep(), SWEEP_EVERY_MS);
    this.#beginSweep();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping.idle();
  }

  /**
   * Stores the pictures of an event before it is told.
   *
   * @param pictures as they come up the link: undefined for an event without, null when they were not to be had
   * @returns the draft, with the key of its pictures
   */
  attach(draft: EventDraft, pictures: Pictures | null | undefined, nowMs: number): EventDraft {
    const { onOutcome } = this.#options;
    if (!pictures) {
      if (pictures === null) onOutcome('missing', null);
      return draft;
    }
    const snapshotKey = this.write(pictures, nowMs);
    if (snapshotKey === null) onOutcome('failed', null);
    else onOutcome('stored', pictures.frame.length + pictures.face.length);
    return { ...draft, snapshotKey };
  }

  /**
   * Writes both pictures, whole or not at all: the event that names them is told afterwards.
   *
   * @returns their key; null, and a warning, when they could not be written
   */
  write({ frame, face }: Pictures, nowMs: number): string | null {
    const key = this.#nextKey(nowMs);
    try {
      makePrivateFolder(path.dirname(this.#file(key, 'frame')));
      // The frame last: where it is, the face is, too.
      this.#writeOne(this.#file(key, 'face'), face);
      this.#writeOne(this.#file(key, 'frame'), frame);
      return key;
    } catch (error) {
      for (const form of ['frame', 'face'] as const) this.#tryRemove(this.#file(key, form));
      this.#warn(`cannot store pictures in ${this.#options.folder}, events go on without`, error);
      return null;
    }
  }

  /** @returns null when there is no such picture any more, or the key is none */
  async read(key: string, form: PictureForm): Promise<Buffer | null> {
    if (!KEY.test(key)) return null;
    try {
      return await readFile(this.#file(key, form));
    } catch (error) {
      if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) this.#warn('cannot read a picture', error);
      return null;
    }
  }

  /** Removes the pictures of an event that is removed; nothing happens when it has none. @returns how many are gone, and are not */
  async remove(key: string): Promise<{ removed: number; failed: number }> {
    if (!KEY.test(key)) return { removed: 0, failed: 0 };
    const files = (['frame', 'face'] as const).map((form) => this.#file(key, form));
    const outcomes = await Promise.all(files.map((file) => this.#remove(file)));
    const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;
    return { removed: count('removed'), failed: count('failed') };
  }

  /** Removes what is older than it may be, and what was half written. Files of others are left alone. */
  async sweep(nowMs: number): Promise<void> {
    const oldest = nowMs - this.#options.keepMs();
    for (const day of await this.#list(this.#options.folder)) {
      if (!day.isDirectory() || !DAY.test(day.name)) continue;
      const folder = path.join(this.#options.folder, day.name);
      for (const { name } of await this.#list(folder)) {
        const [key, rest] = [name.slice(0, 26), name.slice(26)];
        if (!KEY.test(key) || !/^(-face)?\.jpg(\.part)?$/.test(rest)) continue;
        if (rest.endsWith('.part') || decodeTime(key) < oldest) await this.#remove(path.join(folder, name));
      }
      // Fails while there is something in it; today's may get something any moment.
      if (day.name < dayOf(nowMs)) await rmdir(folder).catch(() => {});
    }
  }

  #beginSweep(): void {
    void this.#sweeping.run(() => this.sweep(Date.now()));
  }

  #file(key: string, form: PictureForm): string {
    return path.join(this.#options.folder, dayOf(decodeTime(key)), `${key}${SUFFIX[form]}`);
  }

  #writeOne(file: string, bytes: Uint8Array): void {
    const part = `${file}.part`;
    try {
      writeFileSync(part, bytes, { mode: 0o600, flag: 'wx' });
      renameSync(part, file);
    } catch (error) {
      this.#tryRemove(part);
      throw error;
    }
  }

  #tryRemove(file: string): void {
    try {
      rmSync(file, { force: true });
    } catch {
      // The next sweep tries again.
    }
  }

  async #list(folder: string) {
    try {
      return await readdir(folder, { withFileTypes: true });
    } catch (error) {
      // That it is no folder is told when something has to be stored in it.
      if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) this.#warn(`cannot tidy ${this.#options.folder}`, error);
      return [];
    }
  }

  async #remove(file: string): Promise<'removed' | 'absent' | 'failed'> {
    try {
      await unlink(file);
      return 'removed';
    } catch (error) {
      if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return 'absent';
      this.#warn('cannot remove a picture that is due', error);
      return 'failed';
    }
  }

  /** @param what is the same for every failure of a kind, and is told once a minute at most */
  #warn(what: string, error: unknown): void {
    const nowMs = performance.now();
    const before = this.#warnedAtMs.get(what);
    if (before !== undefined && nowMs - before < WARN_EVERY_MS) return;
    this.#warnedAtMs.set(what, nowMs);
    this.#options.onWarning(`${what}: ${describeError(error)}`);
  }
}

/** YYYY-MM-DD, UTC. */
function dayOf(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 10);
}
