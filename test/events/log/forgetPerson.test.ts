import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLog, pending } from '../../helpers/log.js';
import { randomNumbers } from '../../helpers/random.js';

const EXPLAIN = { checks: [], looks: 3, usable: 2 };

/** Every byte of the log's files, as text. */
function bytesOf(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), 'latin1'))
    .join('');
}

describe('EventLog.forgetPerson', () => {
  it("leaves the name in no file: removes the person's events, and mentions in events of others", async () => {
    const { log, folder } = await openLog();
    const name = 'Zaphod Beeblebrox';
    const random = randomNumbers(8);
    for (let i = 0; i < 40; i++) {
      log.append(
        pending(
          Array.from({ length: 250 }, () => {
            const turn = random();
            if (turn < 0.2) return { person: name, displayName: name };
            if (turn < 0.4) return { person: 'bob', runnerUp: name, withdrawn: name };
            if (turn < 0.6)
              return {
                kind: 'ambiguous' as const,
                person: null,
                runnerUp: null,
                candidates: [name, 'bob'],
                explain: {
                  ...EXPLAIN,
                  checks: [{ name: `nearer than ${name}`, value: 1, limit: 2, passed: true, text: '' }],
                },
              };
            return { person: 'eve', runnerUp: 'x'.repeat(Math.floor(random() * 3000)) };
          }),
        ),
      );
    }
    const own = log.after(0, 100).filter(({ person }) => person === name);
    const other = log.after(0, 100).find(({ person }) => person === 'eve');
    const letters = [own[0].seq, own[1].seq, other?.seq ?? 0];
    for (const seq of letters)
      log.add({ sink: 'hook', seq, reason: 'it hangs', at: '2026-01-01T00:00:00.000Z' });
    expect(bytesOf(folder)).toContain(name);
    const unpictured: string[] = [];
    const erased = await log.forgetPerson(name, (ids) => unpictured.push(...ids));
    const { events: count } = erased;
    expect(count).toBeGreaterThan(1500);
    expect(new Set(unpictured).size).toBeGreaterThanOrEqual(count);
    expect(erased).toMatchObject({ deadLetters: 2, isPartOfOtherText: false });
    expect(erased.mentions).toBeGreaterThan(3000);
    expect(log.list(null, 10)).toMatchObject([{ seq: letters.find((seq) => log.event(seq, false)) }]);
    expect(bytesOf(folder)).not.toContain(name);
    const rest = log.after(0, 20_000);
    expect(rest).toHaveLength(10_000 - count);
    expect(rest.find(({ kind }) => kind === 'ambiguous')?.candidates).toEqual(['bob']);
    expect(rest.filter(({ person }) => person === 'bob').every(({ runnerUp }) => runnerUp === null)).toBe(
      true,
    );
  });

  it("removes the pictures of all events of the person's tracks, and keeps the events of others", async () => {
    const { log } = await openLog();
    const key = (digit: number) => `01KDVPQ400000000000000000${digit}`;
    const [unknown, match, stranger] = log.append(
      pending([
        { kind: 'unknown', person: null, track: 'door-1', snapshotKey: key(1) },
        { kind: 'match', person: 'alice', track: 'door-1', snapshotKey: key(2) },
        { kind: 'unknown', person: null, track: 'door-2', snapshotKey: key(3) },
      ]),
    );
    const unpictured: string[] = [];
    const erased = await log.forgetPerson('alice', (ids) => unpictured.push(...ids));
    expect(erased).toMatchObject({ events: 1, mentions: 0 });
    expect(unpictured.sort()).toEqual([unknown.id, match.id]);
    expect(log.after(0, 10)).toEqual([{ ...unknown, snapshot: null }, stranger]);
  });

  it('erases a name that is part of another, and reports that it is', async () => {
    const { log, folder } = await openLog();
    log.append(pending([{ person: 'ann' }, { person: 'anna', runnerUp: 'ann' }]));
    expect(await log.forgetPerson('ann', () => {})).toMatchObject({
      events: 1,
      mentions: 1,
      isPartOfOtherText: true,
    });
    expect(log.after(0, 10)).toMatchObject([{ person: 'anna', runnerUp: null }]);
    expect(bytesOf(folder)).toContain('anna');
    expect(await log.forgetPerson('ann', () => {})).toMatchObject({ events: 0, mentions: 0 });
  });

  it('removes what a far end has answered to an event of others that named the person', async () => {
    const { log, folder } = await openLog();
    log.append(pending([{ person: null, kind: 'ambiguous', candidates: ['alice', 'bob'] }]));
    const reason = 'host answered 400 Bad Request: cannot send "alice or bob at door"';
    log.add({ sink: 'hook', seq: 1, reason, at: '2026-01-01T00:00:00.000Z' });
    await log.forgetPerson('alice', () => {});
    expect(log.list(null, 10)).toMatchObject([{ seq: 1, reason: 'host answered 400 Bad Request' }]);
    expect(bytesOf(folder)).not.toContain('alice');
  });

  it('stores no dead letter for an event that was being delivered meanwhile', async () => {
    const { log } = await openLog();
    const [event] = log.append(pending([{ person: 'alice' }]));
    await log.forgetPerson('alice', () => {});
    log.add({ sink: 'hook', seq: event.seq, reason: 'it hangs', at: '2026-01-01T00:00:00.000Z' });
    expect(log.list(null, 10)).toEqual([]);
  });
});
