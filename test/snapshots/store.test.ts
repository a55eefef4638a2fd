import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SnapshotStore } from '../../src/snapshots/store.js';
import { eventDraft } from '../helpers/events.js';
import { temporaryFolder } from '../helpers/temporary.js';

const NOON = Date.UTC(2026, 0, 2, 12);
const HOUR = 3_600_000;
const pictures = { frame: Buffer.from('the frame'), face: Buffer.from('the face') };

function store(keepHours = 24) {
  const folder = path.join(temporaryFolder(), 'data', 'snapshots');
  const warnings: string[] = [];
  const outcomes: [string, number | null][] = [];
  const tested = new SnapshotStore({
    folder,
    keepMs: () => keepHours * HOUR,
    onWarning: (message) => warnings.push(message),
    onOutcome: (outcome, bytes) => outcomes.push([outcome, bytes]),
  });
  const write = (atMs: number): string => {
    const key = tested.write(pictures, atMs);
    if (key === null) throw new Error(warnings.join());
    return key;
  };
  return { folder, tested, write, warnings, outcomes };
}

describe('SnapshotStore', () => {
  it('stores pictures by day, for the owner only, and leaves no partial files', async () => {
    const { folder, tested, write } = store();
    const key = write(NOON);
    const day = path.join(folder, '2026-01-02');
    expect(readdirSync(day).sort()).toEqual([`${key}-face.jpg`, `${key}.jpg`]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(day).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(day, `${key}.jpg`)).mode & 0o777).toBe(0o600);
    expect((await tested.read(key, 'frame'))?.toString()).toBe('the frame');
    expect((await tested.read(key, 'face'))?.toString()).toBe('the face');
  });

  it('deletes expired pictures, and those of a removed event', async () => {
    const { folder, tested, write } = store(1);
    const [old, young, removed] = [write(NOON - 25 * HOUR), write(NOON - HOUR / 2), write(NOON)];
    await tested.remove(removed);
    await tested.remove('01KDVPQ4001234567890ABCDEF');
    await tested.sweep(NOON);
    expect(await tested.read(old, 'frame')).toBeNull();
    expect(await tested.read(removed, 'face')).toBeNull();
    expect(await tested.read(young, 'face')).not.toBeNull();
    expect(readdirSync(folder)).toEqual(['2026-01-02']);
  });

  it('deletes partly written pictures and leaves other files alone', async () => {
    const { folder, tested, write } = store();
    const key = write(NOON - 48 * HOUR);
    const day = path.join(folder, '2025-12-31');
    writeFileSync(path.join(day, `${key}.jpg.part`), 'half');
    writeFileSync(path.join(day, 'notes.txt'), 'mine');
    mkdirSync(path.join(folder, 'holidays'));
    await tested.sweep(NOON);
    expect(readdirSync(day)).toEqual(['notes.txt']);
    expect(existsSync(path.join(folder, 'holidays'))).toBe(true);
  });

  it('reaches no file by an invalid key', async () => {
    const { folder, tested, write } = store();
    write(NOON);
    writeFileSync(path.join(folder, '..', 'secret.jpg'), 'secret');
    for (const key of [
      '../secret',
      '../../secret',
      '',
      'Z'.repeat(26),
      `${'0'.repeat(25)}/`,
      `01KDVPQ4001234567890ABCDEF/../../../secret`,
    ]) {
      expect(await tested.read(key, 'frame')).toBeNull();
      await tested.remove(key);
    }
    expect(readFileSync(path.join(folder, '..', 'secret.jpg'), 'utf8')).toBe('secret');
  });

  it('adds the key to the event, or publishes the event without pictures if they cannot be written', () => {
    const { folder, tested, warnings, outcomes } = store();
    expect(tested.attach(eventDraft(), undefined, NOON).snapshotKey).toBeNull();
    expect(tested.attach(eventDraft(), null, NOON).snapshotKey).toBeNull();
    expect(tested.attach(eventDraft(), pictures, NOON).snapshotKey).toMatch(/^01/);
    // A file in place of the next day's folder.
    writeFileSync(path.join(folder, '2026-01-03'), '');
    expect(tested.attach(eventDraft(), pictures, NOON + 24 * HOUR).snapshotKey).toBeNull();
    expect(tested.attach(eventDraft(), pictures, NOON + 24 * HOUR).snapshotKey).toBeNull();
    expect(outcomes).toEqual([
      ['missing', null],
      ['stored', 17],
      ['failed', null],
      ['failed', null],
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(/^cannot store pictures in .*, publishing events without them: E/),
    ]);
  });

  it('sweeps without a folder, and reports a folder that it cannot read', async (context) => {
    const { folder, tested, warnings } = store();
    await tested.start();
    await tested.stop();
    expect(warnings).toEqual([]);
    if (process.getuid?.() === 0) context.skip('root reads everything');
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0);
    await tested.sweep(NOON);
    expect(warnings).toHaveLength(1);
  });
});

describe('SnapshotStore.remove', () => {
  it('reports how many pictures were removed', async () => {
    const { tested, write } = store();
    const key = write(NOON);
    expect(await tested.remove(key)).toEqual({ removed: 2, failed: 0 });
    expect(await tested.remove(key)).toEqual({ removed: 0, failed: 0 });
    expect(await tested.remove('no key')).toEqual({ removed: 0, failed: 0 });
  });

  it('reports which could not be removed', async () => {
    const { folder, tested, write, warnings } = store();
    const file = path.join(folder, '2026-01-02', `${write(NOON)}.jpg`);
    const key = path.basename(file, '.jpg');
    rmSync(file);
    mkdirSync(file);
    expect(await tested.remove(key)).toEqual({ removed: 1, failed: 1 });
    expect(warnings).toEqual([expect.stringContaining('cannot remove a picture')]);
  });
});
