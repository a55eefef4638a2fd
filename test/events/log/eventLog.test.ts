import { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import type { EventDraft, EventKind } from '../../../src/events/event.js';
import { ALL, openLog, pending } from '../../helpers/log.js';
import { randomNumbers } from '../../helpers/random.js';

const T0 = Date.UTC(2026, 0, 1);
const EXPLAIN = { checks: [], looks: 3, usable: 2 };

describe('EventLog', () => {
  it('numbers events by one and keeps them, private and across restarts', async () => {
    const { log, folder } = await openLog();
    const first = log.append(pending([{}, { kind: 'unknown', person: null }]));
    expect(first.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(statSync(path.join(folder, 'events.db')).mode & 0o777).toBe(0o600);
    const { epoch } = log;
    await log.stop();
    const again = await openLog({ folder });
    expect(again.log.epoch).toBe(epoch);
    expect(again.log.lastSeq).toBe(2);
    expect(again.log.after(0, 10)).toEqual(first);
    const [third] = again.log.append(pending([{}]));
    expect(third.seq).toBe(3);
    expect(third.id > first[1].id).toBe(true);
  });

  it('never uses a number again, also when everything was removed', async () => {
    const { log, folder } = await openLog({ retention: () => ({ keepDays: 0, maxMb: 1024 }) });
    log.append(pending([{}, {}, {}]));
    await log.stop();
    const later = await openLog({ folder, retention: () => ({ keepDays: -1, maxMb: 1024 }) });
    await later.log.clean();
    expect(later.log.state).toMatchObject({ firstSeq: 4, lastSeq: 3 });
    await later.log.stop();
    const again = await openLog({ folder });
    expect(again.log.append(pending([{}]))[0].seq).toBe(4);
  });

  it('keeps in mind which tracks a camera has had, however many of its events are of none', async () => {
    const { log } = await openLog();
    log.append(pending([{ track: 'door-7' }, ...Array(600).fill({ kind: 'gap', track: null })]));
    expect(log.use((store) => store.lastTracks('door'))).toEqual(['door-7']);
  });

  it('stores the explanation, and includes it on request or when configured', async () => {
    let shown = false;
    const { log } = await openLog({ explain: () => shown });
    const [event] = log.append(pending([{ explain: EXPLAIN }]));
    expect(event.explain).toBeNull();
    expect(log.after(0, 1)[0].explain).toBeNull();
    expect(JSON.parse(log.event(1, true)?.text ?? '').explain).toEqual(EXPLAIN);
    expect(JSON.parse(log.event(1, false)?.text ?? '').explain).toBeNull();
    shown = true;
    expect(log.after(0, 1)[0].explain).toEqual(EXPLAIN);
    expect(log.append(pending([{ explain: EXPLAIN }]))[0].explain).toEqual(EXPLAIN);
  });

  it('is refused to a second process, in one sentence', async () => {
    const { folder } = await openLog();
    await expect(openLog({ folder })).rejects.toMatchObject({
      code: 'log.locked',
      message: `${folder}/events.db is in use by another spotter; stop that one, or set data to another folder`,
    });
  });

  it('of a newer version is refused, and left as it is', async () => {
    const { log, folder } = await openLog();
    await log.stop();
    const file = path.join(folder, 'events.db');
    const db = new Libsql(file);
    db.pragma('user_version = 99');
    db.close();
    const before = readFileSync(file);
    await expect(openLog({ folder })).rejects.toMatchObject({
      code: 'log.newer',
      message: expect.stringMatching(/events\.db was written by a newer spotter \(log version 99,/),
    });
    expect(readFileSync(file)).toEqual(before);
  });

  it('of an older version is brought up to date, with its events', async () => {
    const { log, folder } = await openLog();
    const events = log.append(pending([{}, {}]));
    await log.stop();
    const db = new Libsql(path.join(folder, 'events.db'));
    db.exec(
      'DROP TRIGGER events_reviewed; DROP TABLE reviewed; DROP INDEX events_id; DROP INDEX events_t; ALTER TABLE events DROP COLUMN fence; PRAGMA user_version = 1',
    );
    db.close();
    const { log: again } = await openLog({ folder });
    expect(again.after(0, 10)).toEqual(events);
    again.use(({ reviewed }) => reviewed.set('anna', 2, true));
    expect(again.use(({ reviewed }) => reviewed.among('anna', 1, 2))).toEqual([2]);
    const { track } = events[0];
    expect(again.find({ ...ALL, track, limit: 1 }, false)).toMatchObject([{ seq: 2 }]);
  });

  it('that is a folder, or may not be written, is refused in one sentence', async () => {
    await expect(openLog({ folder: '/proc/spotter' })).rejects.toMatchObject({ code: 'log.unusable' });
  });

  it.each([
    ['no database', (file: string) => writeFileSync(file, 'this is no database '.repeat(500))],
    ['a cut one', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 9000))],
    [
      'one with garbage in the middle',
      (file: string) => {
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.fill(0xa5, 4096, bytes.length));
      },
    ],
  ])('that is damaged is put aside, and a new one begun: %s', async (_name, damage) => {
    const { log, folder } = await openLog();
    log.append(pending(Array.from({ length: 200 }, () => ({}))));
    const { epoch } = log;
    await log.stop();
    damage(path.join(folder, 'events.db'));
    const again = await openLog({ folder });
    expect(again.reported.replaced).toEqual([
      expect.stringMatching(/^the event log was damaged \(.*\); moved it to /),
    ]);
    expect(again.log.epoch).not.toBe(epoch);
    expect(again.log.append(pending([{}]))[0].seq).toBe(1);
    expect(readdirSync(folder).some((name) => name.startsWith('events.db.corrupt-'))).toBe(true);
  });

  it('that turns out to be damaged while it runs goes on with the next number in a new one', async () => {
    const { log, folder, reported } = await openLog();
    for (let i = 0; i < 10; i++)
      log.append(pending(Array.from({ length: 500 }, () => ({ runnerUp: 'x'.repeat(2000) }))));
    const { epoch } = log;
    const file = openSync(path.join(folder, 'events.db'), 'r+');
    writeSync(file, Buffer.alloc(200 * 4096, 0xa5), 0, 200 * 4096, 1000 * 4096);
    closeSync(file);
    expect(log.after(0, 5000)).toEqual([]);
    expect(reported.replaced).toHaveLength(1);
    expect(log.epoch).not.toBe(epoch);
    expect(log.state).toMatchObject({ firstSeq: 5001, lastSeq: 5000 });
    expect(log.append(pending([{}]))[0].seq).toBe(5001);
    await log.stop();
    expect((await openLog({ folder })).log.lastSeq).toBe(5001);
  });
});

describe('EventLog.find', () => {
  const KINDS: EventKind[] = ['appeared', 'match', 'unknown', 'left'];
  const random = randomNumbers(5);
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)];
  const drafts: Partial<EventDraft>[] = Array.from({ length: 2000 }, (_, index) => {
    const kind = pick(KINDS);
    const person = kind === 'match' || kind === 'left' ? pick(['alice', 'bob', 'eve']) : null;
    // Some come late.
    const capturedAtMs = T0 + index * 1000 - (random() < 0.05 ? 30_000 : 0);
    return { kind, person, camera: pick(['door', 'yard', 'hall']), capturedAtMs };
  });

  it('finds by every combination just what a search through everything finds, in pages without gap or repeat', async () => {
    const { log } = await openLog();
    log.append(pending(drafts));
    const lists = <T>(values: T[]): T[][] => [[], [values[0]], [values[1], values[2]]];
    for (const cameras of lists(['door', 'yard', 'none']))
      for (const people of lists(['alice', 'bob', 'nobody']))
        for (const kinds of lists(KINDS))
          for (const [fromMs, toMs] of [
            [null, null],
            [T0 + 500_500, T0 + 1_500_000],
          ])
            for (const oldestFirst of [true, false]) {
              const within = <T>(list: T[], value: T) => list.length === 0 || list.includes(value);
              const wanted = drafts
                .map((draft, index) => ({ ...draft, seq: index + 1 }))
                .filter(
                  ({ camera, person, kind, capturedAtMs = 0 }) =>
                    within<unknown>(cameras, camera) &&
                    within<unknown>(people, person) &&
                    within<unknown>(kinds, kind) &&
                    (fromMs === null || capturedAtMs >= fromMs) &&
                    (toMs === null || capturedAtMs < toMs),
                )
                .map(({ seq }) => seq);
              if (!oldestFirst) wanted.reverse();
              const query = { ...ALL, cameras, people, kinds, fromMs, toMs, oldestFirst, limit: 70 };
              const found: number[] = [];
              for (;;) {
                const place = oldestFirst ? { after: found.at(-1) ?? 0 } : { before: found.at(-1) ?? null };
                const page = log.find({ ...query, ...place }, false);
                found.push(...page.map(({ seq }) => seq));
                if (page.length < 70) break;
              }
              expect(found).toEqual(wanted);
            }
  });
});

describe('EventLog: retention', () => {
  it('goes by the clock that dates the events; while that is unknown, nothing expires', async () => {
    const day = 86_400_000;
    let now: number | null = null;
    const { log, reported } = await openLog({
      retention: () => ({ keepDays: 1, maxMb: 1024 }),
      now: () => now,
    });
    log.append(pending([{}]));
    for (now of [null, Date.now() + day / 2]) await log.clean();
    expect(reported.removed).toEqual([]);
    now = Date.now() + 2 * day;
    await log.clean();
    expect(reported.removed).toHaveLength(1);
  });

  it('removes expired events, reports them, and returns the space', async () => {
    let keepDays = 30;
    const { log, folder, reported } = await openLog({ retention: () => ({ keepDays, maxMb: 1024 }) });
    const events = log.append(pending(Array.from({ length: 3000 }, () => ({ runnerUp: 'x'.repeat(1000) }))));
    const before = log.sizeBytes;
    keepDays = -1;
    await log.clean();
    expect(reported.removed).toHaveLength(3000);
    expect(reported.removed[0]).toEqual({ seq: 1, id: events[0].id });
    expect(log.sizeBytes).toBeLessThan(before / 10);
    await log.stop();
    expect(statSync(path.join(folder, 'events.db')).size).toBeLessThan(before / 10);
  });

  it('removes the oldest while the log is too large', async () => {
    const { log, reported } = await openLog({ retention: () => ({ keepDays: 30, maxMb: 2 }) });
    for (let i = 0; i < 10; i++)
      log.append(pending(Array.from({ length: 300 }, () => ({ runnerUp: 'x'.repeat(1000) }))));
    await log.clean();
    expect(log.sizeBytes).toBeLessThanOrEqual(2 * 2 ** 20);
    expect(log.sizeBytes).toBeGreaterThan(1.5 * 2 ** 20);
    expect(log.state.firstSeq).toBe(reported.removed.length + 1);
    expect(log.lastSeq).toBe(3000);
  });
});

describe('EventLog: cursors and dead letters', () => {
  it('survive restarts', async () => {
    const { log, folder } = await openLog();
    log.append(pending([{}, {}]));
    expect(log.load('hook')).toBeNull();
    log.save('hook', 1);
    log.save('hook', 2);
    for (const seq of [1, 2])
      log.add({ sink: 'hook', seq, reason: 'it hangs', at: '2026-01-01T00:00:00.000Z' });
    await log.stop();
    const again = await openLog({ folder });
    expect(again.log.load('hook')).toBe(2);
    expect(again.log.list(null, 10)).toEqual([
      { number: 2, sink: 'hook', seq: 2, reason: 'it hangs', at: '2026-01-01T00:00:00.000Z' },
      { number: 1, sink: 'hook', seq: 1, reason: 'it hangs', at: '2026-01-01T00:00:00.000Z' },
    ]);
    expect(again.log.list(2, 10)).toHaveLength(1);
  });

  it('are called after a commit', async () => {
    const { log } = await openLog();
    const heard = new Promise<number>((resolve) => log.onCommitted(() => resolve(log.lastSeq)));
    log.append(pending([{}, {}]));
    expect(await heard).toBe(2);
  });
});
