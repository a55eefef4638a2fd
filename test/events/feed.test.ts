import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { gapDraft, type SpotterEvent } from '../../src/events/event.js';
import { EventFeed } from '../../src/events/feed.js';
import type { Ledger } from '../../src/events/ledger.js';
import { eventDraft } from '../helpers/events.js';
import { ALL, openLog } from '../helpers/log.js';
import { temporaryFolder } from '../helpers/temporary.js';

const T0 = Date.UTC(2026, 0, 1);

/** A folder on a disk of its own of so many KiB; skips the test where none can be had. */
function tinyDisk(kib: number, skip: (why: string) => void): string {
  const folder = temporaryFolder();
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', folder]);
  if (status !== 0) skip('needs root, to mount a small disk');
  else onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return folder;
}

describe('EventFeed', () => {
  it('delivers no event before the log has it', async () => {
    const { log } = await openLog();
    const feed = new EventFeed(log);
    const seen: number[] = [];
    feed.subscribe(({ seq }) => {
      seen.push(seq);
      expect(log.after(seq - 1, 1)).toHaveLength(1);
    });
    feed.publish(eventDraft());
    feed.publish(eventDraft());
    expect(seen).toEqual([]);
    await turn();
    expect(seen).toEqual([1, 2]);
  });

  it('stores what is queued together, a large backlog batch by batch, so that listeners can pass it on in between', async () => {
    const batches: number[] = [];
    const { log } = await openLog();
    const ledger: Ledger = {
      append: (pending) => {
        batches.push(pending.length);
        return log.append(pending);
      },
    };
    const feed = new EventFeed(ledger);
    for (let i = 0; i < 1200; i++) feed.publish(eventDraft());
    await turn();
    expect(batches).toEqual([500]);
    while (feed.waiting > 0) await turn();
    feed.publish(eventDraft());
    await turn();
    expect(batches).toEqual([500, 500, 200, 1]);
    for (let i = 0; i < 700; i++) feed.publish(eventDraft());
    expect(feed.stop()).toBe(0);
    expect(batches.slice(4)).toEqual([500, 200]);
  });

  it('delivers at once without a log, numbered from 1', () => {
    const feed = new EventFeed();
    const seen: number[] = [];
    feed.subscribe(({ seq }) => seen.push(seq));
    feed.publish(eventDraft());
    feed.publish(eventDraft());
    expect(seen).toEqual([1, 2]);
  });

  it('adds where the snapshot of an event is', async () => {
    const { log } = await openLog();
    const feed = new EventFeed(log);
    const event = new Promise<SpotterEvent>((resolve) => feed.subscribe(resolve));
    const snapshotKey = '01KDVPQ4001234567890ABCDEF';
    feed.publish(eventDraft({ snapshotKey }));
    expect(await event).toMatchObject({ id: snapshotKey, snapshot: '/api/v1/events/1/snapshot.jpg' });
  });
});

describe('EventFeed on a full disk', () => {
  it('queues events and delivers them in order once there is space; lost ones are counted and reported as a gap', async ({
    skip,
  }) => {
    const folder = tinyDisk(1500, skip);
    const { log } = await openLog({ folder });
    const story: string[] = [];
    let lost = 0;
    let onRecovered = () => {};
    const recovered = new Promise<void>((resolve) => {
      onRecovered = resolve;
    });
    const feed = new EventFeed(log, {
      maxWaiting: 100,
      backoff: { firstMs: 10, maxMs: 20 },
      toGap: ({ camera, ...loss }, cause) => gapDraft(camera, { ...loss, cause }),
      onFault: (reason) => story.push(reason),
      onRecovered: () => {
        story.push('recovered');
        // What is queued is delivered in the same turn.
        setImmediate(onRecovered);
      },
      onLost: () => lost++,
    });
    onTestFinished(() => void feed.stop());
    const events: SpotterEvent[] = [];
    feed.subscribe((event) => events.push(event));
    // Something else fills the disk.
    writeFileSync(path.join(folder, 'other'), Buffer.alloc(700 << 10));
    let count = 0;
    const publish = () =>
      feed.publish(eventDraft({ mediaTimeMs: count, capturedAtMs: T0 + count++, runnerUp: 'x'.repeat(900) }));
    while (feed.fault === null) {
      publish();
      await turn();
    }
    expect(feed.fault).toBe(`no space left on the disk for the event log ${folder}/events.db`);
    const before = events.length;
    for (let i = 0; i < 300; i++) publish();
    expect(feed.waiting).toBe(100);
    expect(log.find({ ...ALL, limit: 1 }, false)).toHaveLength(1);
    rmSync(path.join(folder, 'other'));
    await recovered;
    expect(story).toEqual([expect.stringMatching(/no space left/), 'recovered']);
    expect(feed.fault).toBeNull();
    const gap = events[before];
    expect(gap).toMatchObject({ kind: 'gap', cause: 'log_unwritable', camera: 'door' });
    expect(lost).toBe(count - before - 100);
    expect([gap.from, gap.to]).toEqual(
      [T0 + before, T0 + before + lost - 1].map((ms) => new Date(ms).toISOString()),
    );
    expect(events.slice(before + 1).map(({ mediaTimeMs }) => mediaTimeMs)).toEqual(
      Array.from({ length: 100 }, (_, i) => count - 100 + i),
    );
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(log.after(0, 10_000).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  it('starts all the same', async ({ skip }) => {
    const folder = tinyDisk(200, skip);
    writeFileSync(path.join(folder, 'other'), Buffer.alloc(196 << 10));
    const { log } = await openLog({ folder });
    expect(log.state).toEqual({ epoch: null, firstSeq: 1, lastSeq: 0, erasures: 0 });
    const feed = new EventFeed(log, { backoff: { firstMs: 10, maxMs: 20 } });
    onTestFinished(() => void feed.stop());
    feed.flush();
    expect(feed.fault).toMatch(/no space left|cannot be written/);
    const event = new Promise<SpotterEvent>((resolve) => feed.subscribe(resolve));
    feed.publish(eventDraft());
    rmSync(path.join(folder, 'other'));
    expect((await event).seq).toBe(1);
  });
});

describe('EventFeed.amend', () => {
  it('changes what waits for a ledger that takes nothing, or leaves it out', () => {
    let isFull = true;
    const kept: (string | null)[] = [];
    const ledger: Ledger = {
      append: (drafts) => {
        if (isFull) throw new Error('full');
        kept.push(...drafts.map(({ person }) => person));
        return [];
      },
    };
    const feed = new EventFeed(ledger);
    feed.flush();
    for (const person of ['alice', 'bob', 'eve']) feed.publish(eventDraft({ person }));
    feed.amend((draft) => (draft.person === 'bob' ? null : { ...draft, person: `${draft.person}!` }));
    isFull = false;
    feed.flush();
    feed.stop();
    expect(kept).toEqual(['alice!', 'eve!']);
  });
});
