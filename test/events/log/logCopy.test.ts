import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Database } from '../../../src/core/database.js';
import { copyUnusedLog, sealCopy } from '../../../src/events/log/logCopy.js';
import { openLog, pending } from '../../helpers/log.js';
import { temporaryFolder } from '../../helpers/temporary.js';

const seqsIn = (file: string) => {
  const db = new Database(file);
  const seqs = db.prepare<{ seq: number }>('SELECT seq FROM events ORDER BY seq').all();
  db.close();
  return seqs.map(({ seq }) => seq);
};
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const many = (count: number) => pending(Array.from({ length: count }, () => ({})));

describe('EventLog.copyTo', () => {
  it('gives every event stored so far while others are stored, and the log goes on', async () => {
    const { log } = await openLog();
    log.append(many(3000));
    const target = path.join(temporaryFolder(), 'copy.db');
    let isDone = false;
    const copying = log.copyTo(target).finally(() => {
      isDone = true;
    });
    let turns = 0;
    while (!isDone) {
      log.append(many(2));
      turns++;
      await new Promise(setImmediate);
    }
    await copying;
    expect(turns).toBeGreaterThan(1);
    const { events, lastSeq } = sealCopy(target);
    expect(existsSync(`${target}-wal`)).toBe(false);
    expect(seqsIn(target)).toEqual(upTo(events));
    expect(lastSeq).toBe(events);
    // All but those of the turn in which it has ended.
    expect(events).toBeGreaterThanOrEqual(3000 + 2 * (turns - 1));
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(log.append(many(1))[0].seq).toBe(3000 + 2 * turns + 1);
  });

  it('begins again when the log is rewritten meanwhile', async () => {
    const { log } = await openLog();
    log.append(many(1000).map((draft) => ({ ...draft, person: 'alice' })));
    const target = path.join(temporaryFolder(), 'copy.db');
    const [erased] = await Promise.all([log.forgetPerson('alice', () => {}), log.copyTo(target)]);
    expect(erased.events).toBe(1000);
    const { events } = sealCopy(target);
    expect(seqsIn(target)).toHaveLength(events);
  });
});

describe('copyUnusedLog', () => {
  it('copies a log that is not open, and refuses one that is', async () => {
    const { log, folder } = await openLog();
    log.append(many(3));
    const target = path.join(temporaryFolder(), "it's a copy.db");
    expect(() => copyUnusedLog(folder, target)).toThrow(expect.objectContaining({ code: 'log.locked' }));
    await log.stop();
    copyUnusedLog(folder, target);
    expect(sealCopy(target)).toEqual({ version: 4, events: 3, lastSeq: 3 });
    expect(seqsIn(target)).toEqual([1, 2, 3]);
  });
});

describe('sealCopy', () => {
  it('refuses a log of a newer spotter, and a damaged one, each with a sentence', async () => {
    const { log, folder } = await openLog();
    log.append(many(3));
    await log.stop();
    const file = path.join(folder, 'events.db');
    const db = new Database(file);
    db.pragma('user_version = 99');
    db.close();
    expect(() => sealCopy(file)).toThrow(
      /was written by a newer spotter \(log version 99, this one supports 4\)/,
    );
    writeFileSync(file, 'this is no log'.repeat(1000));
    expect(() => sealCopy(file)).toThrow(/is damaged; start spotter once/);
  });
});
