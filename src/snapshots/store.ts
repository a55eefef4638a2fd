import { rmSync } from 'node:fs';
import { readdir, readFile, rmdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { decodeTime, monotonicFactory } from 'ulid';
import { describeError, hasErrno } from '../core/errors.js';
import { makePrivateFolder } from '../core/folders.js';
import type { Component } from '../core/lifecycle.js';
import { LogThrottle } from '../core/logThrottle.js';
import { writePrivateFile } from '../core/privateFile.js';
import { Serial } from '../core/serial.js';
import type { EventDraft } from '../events/event.js';
import type { Pictures } from './pictures.js';

/** Dependencies and settings of a {@link SnapshotStore}. */
export interface SnapshotStoreOptions {
  /** Created when needed, readable by the owner only. */
  folder: string;
  /** How long pictures are kept, ms; read at each sweep. */
  keepMs: () => number;
  /** Receives one sentence per failure, at most one a minute per kind of failure. */
  onWarning: (message: string) => void;
  /** Called once per event that should have pictures; `bytes` of both if they are stored, else null. */
  onOutcome: (outcome: SnapshotOutcome, bytes: number | null) => void;
}

/** `failed`: could not be written; `missing`: there were none to store. */
export type SnapshotOutcome = 'stored' | 'failed' | 'missing';

/** The whole frame, or the face. */
export type PictureForm = 'frame' | 'face';

/** Pictures to store. */
type Stored = Record<PictureForm, Uint8Array>;

const SUFFIX: Record<PictureForm, string> = { frame: '.jpg', face: '-face.jpg' };
const KEY = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const SWEEP_EVERY_MS = 10 * 60_000;
const WARN_EVERY_MS = 60_000;

/**
 * Stores the pictures of events on disk as folder/YYYY-MM-DD/<key>.jpg and <key>-face.jpg. The key is a ULID; the folder
 * is its day in UTC. The key alone locates the files; there is no index.
 */
export class SnapshotStore implements Component {
  readonly #options: SnapshotStoreOptions;
  readonly #nextKey = monotonicFactory();
  #timer: NodeJS.Timeout | undefined;
  readonly #sweeping = new Serial();
  /** By kind of failure. */
  readonly #throttles = new Map<string, LogThrottle>();
  #bytes: number | null = null;

  constructor(options: SnapshotStoreOptions) {
    this.#options = options;
  }

  /** Bytes of all pictures, as counted by the last sweep, and of those stored since; null before the first. */
  get bytes(): number | null {
    return this.#bytes;
  }

  /** Starts deleting expired pictures: now and every ten minutes. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#beginSweep(), SWEEP_EVERY_MS);
    this.#beginSweep();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping.idle();
    for (const throttle of this.#throttles.values()) throttle.stop();
  }

  /**
   * Stores the pictures of an event before it is published.
   *
   * @param pictures undefined, or without a frame: the event has none to store; null: they could not be made
   * @param nowMs Unix time of the key
   * @returns the draft with the key of its pictures; null as the key if they are not stored
   */
  attach(
    draft: EventDraft,
    pictures: Pick<Pictures, PictureForm> | null | undefined,
    nowMs: number,
  ): EventDraft {
    const { onOutcome } = this.#options;
    if (pictures === null) onOutcome('missing', null);
    if (!pictures?.frame) return draft;
    const { frame, face } = pictures;
    const snapshotKey = this.write({ frame, face }, nowMs);
    if (snapshotKey === null) onOutcome('failed', null);
    else onOutcome('stored', frame.length + face.length);
    return { ...draft, snapshotKey };
  }

  /**
   * Writes both pictures or neither. The event that refers to them is published afterwards.
   *
   * @param nowMs Unix time of the key
   * @returns their key; null, after a warning, if they could not be written
   */
  write({ frame, face }: Stored, nowMs: number): string | null {
    const key = this.#nextKey(nowMs);
    try {
      makePrivateFolder(path.dirname(this.#file(key, 'frame')));
      // The frame comes last: if it exists, so does the face.
      writePrivateFile(this.#file(key, 'face'), face);
      writePrivateFile(this.#file(key, 'frame'), frame);
      if (this.#bytes !== null) this.#bytes += face.length + frame.length;
      return key;
    } catch (error) {
      for (const form of ['frame', 'face'] as const) this.#tryRemove(this.#file(key, form));
      this.#warn(`cannot store pictures in ${this.#options.folder}, publishing events without them`, error);
      return null;
    }
  }

  /** Reads a picture. @returns null if it no longer exists, cannot be read, or the key is invalid */
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

  /** Deletes expired and partly written pictures. Leaves other files alone. @param nowMs Unix time */
  async sweep(nowMs: number): Promise<void> {
    const oldest = nowMs - this.#options.keepMs();
    let bytes = 0;
    for (const day of await this.#list(this.#options.folder)) {
      if (!day.isDirectory() || !DAY.test(day.name)) continue;
      const folder = path.join(this.#options.folder, day.name);
      for (const { name } of await this.#list(folder)) {
        const [key, rest] = [name.slice(0, 26), name.slice(26)];
        if (!KEY.test(key) || !/^(-face)?\.jpg(\.part)?$/.test(rest)) continue;
        const file = path.join(folder, name);
        if (rest.endsWith('.part') || decodeTime(key) < oldest) await this.#remove(file);
        else bytes += await sizeOf(file);
      }
      // Fails unless the folder is empty. Today's folder stays: it may get a picture at any moment.
      if (day.name < dayOf(nowMs)) await rmdir(folder).catch(() => {});
    }
    this.#bytes = bytes;
  }

  #beginSweep(): void {
    void this.#sweeping.run(() => this.sweep(Date.now()));
  }

  #file(key: string, form: PictureForm): string {
    return path.join(this.#options.folder, dayOf(decodeTime(key)), `${key}${SUFFIX[form]}`);
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
      // If it is not a folder, the next write reports that.
      if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) this.#warn(`cannot sweep ${this.#options.folder}`, error);
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

  /** @param what the kind of failure: the same text for every failure of a kind */
  #warn(what: string, error: unknown): void {
    const throttle = this.#throttles.get(what) ?? new LogThrottle(WARN_EVERY_MS, this.#options.onWarning);
    this.#throttles.set(what, throttle);
    throttle.add(`${what}: ${describeError(error)}`);
  }
}

/** Bytes of a file; 0 once it is gone. */
async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The UTC day as YYYY-MM-DD. */
function dayOf(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 10);
}
