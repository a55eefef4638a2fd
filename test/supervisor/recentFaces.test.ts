import { describe, expect, it } from 'vitest';
import type { EventKind, SpotterEvent } from '../../src/events/event.js';
import type { Pictures } from '../../src/snapshots/pictures.js';
import { RecentFaces } from '../../src/supervisor/recentFaces.js';
import { eventDraft, spotterEvent } from '../helpers/events.js';
import { good } from '../helpers/film.js';

const MINUTE = 60_000;
const pictures = (bytes = 4): Pictures => ({
  frame: null,
  face: new Uint8Array(bytes).fill(7),
  quality: good,
});

/** Recent faces with a clock by hand. */
function faces(limits = { tracks: 3, minutes: 30 }) {
  const state = { nowMs: 0, limits, live: new Set<string>() };
  const tested = new RecentFaces({
    limits: () => state.limits,
    isLive: (_camera, track) => state.live.has(track),
    now: () => state.nowMs,
  });
  let seq = 0;
  /** An event with a picture, as the hub handles it. */
  const see = (track: string, change: Partial<SpotterEvent> & { kind?: EventKind } = {}, bytes?: number) => {
    const camera = 'door';
    const capturedAt = new Date(state.nowMs).toISOString();
    tested.take(eventDraft({ track, camera, capturedAtMs: state.nowMs }), pictures(bytes));
    tested.notePublished(spotterEvent({ track, camera, capturedAt, seq: ++seq, person: null, ...change }));
  };
  return { tested, state, see };
}

const tracks = ({ tested }: ReturnType<typeof faces>) => tested.faces.map(({ track }) => track);

describe('RecentFaces', () => {
  it('keeps the best look and the last verdict per track, the newest first, in memory of its own', () => {
    const all = faces();
    all.see('door-1', { kind: 'unknown', similarity: 0.2, reason: 'nobody' });
    all.state.nowMs = 1000;
    all.see('door-2', { kind: 'match', person: 'alice', similarity: 0.7 });
    all.state.nowMs = 2000;
    all.tested.notePublished(
      spotterEvent({
        ...{ kind: 'left', track: 'door-1', camera: 'door', seq: 9, person: null, verdict: 'ambiguous' },
        capturedAt: new Date(2000).toISOString(),
      }),
    );
    expect(all.tested.faces).toMatchObject([
      { track: 'door-2', verdict: 'known', person: 'alice', similarity: 0.7, seq: 2 },
      { track: 'door-1', verdict: 'ambiguous', person: null, seq: 9, firstSeenMs: 0, lastSeenMs: 2000 },
    ]);
    const shared = new Uint8Array(100);
    all.tested.take(eventDraft({ track: 'door-3', camera: 'door' }), {
      ...pictures(),
      face: shared.subarray(2, 4),
    });
    expect(all.tested.face('door-3')?.jpeg.buffer.byteLength).toBe(2);
  });

  it('shows no track without a face', () => {
    const all = faces();
    all.tested.notePublished(spotterEvent({ kind: 'appeared', track: 'door-1', camera: 'door' }));
    all.tested.take(eventDraft({ track: 'door-2', camera: 'door' }), null);
    all.tested.take(eventDraft({ kind: 'gap', track: null }), pictures());
    expect(tracks(all)).toEqual([]);
    expect(all.tested.face('door-1')).toBeNull();
  });

  it('waits for the face of an event that it has taken, and for no other', async () => {
    const all = faces();
    all.tested.take(eventDraft({ track: 'door-1', camera: 'door' }), undefined);
    const waiting = all.tested.untilFace('door-1');
    expect(await all.tested.untilFace('door-2')).toBeNull();
    all.tested.improve('door-1', pictures());
    expect(await waiting).toMatchObject({ track: 'door-1' });
    expect(await all.tested.untilFace('door-1')).toMatchObject({ track: 'door-1' });
  });

  it('takes a better look at a face that it has, and at no other', () => {
    const all = faces();
    all.see('door-1');
    const better = { face: Uint8Array.of(1, 2), quality: { ...good, sizePx: 150 } };
    all.tested.improve('door-1', better);
    all.tested.improve('door-2', better);
    expect(all.tested.faces).toMatchObject([{ track: 'door-1', quality: { sizePx: 150 } }]);
    expect(all.tested.face('door-1')?.jpeg).toEqual(better.face);
  });

  it('drops the oldest beyond the number of tracks, and what is too old unless it is in view', () => {
    const all = faces();
    for (const track of ['door-1', 'door-2', 'door-3', 'door-4']) all.see(track);
    expect(tracks(all)).toEqual(['door-4', 'door-3', 'door-2']);
    all.state.nowMs = 31 * MINUTE;
    all.state.live.add('door-3');
    all.see('door-5');
    expect(tracks(all)).toEqual(['door-5', 'door-3']);
  });

  it('takes at most 32 MiB', () => {
    const all = faces({ tracks: 100, minutes: 30 });
    for (let i = 0; i < 5; i++) all.see(`door-${i}`, {}, 10 << 20);
    expect(tracks(all)).toEqual(['door-4', 'door-3', 'door-2']);
  });

  it.each([
    { tracks: 0, minutes: 30 },
    { tracks: 200, minutes: 0 },
  ])('keeps nothing with %o, also of what was there before', (limits) => {
    const all = faces();
    all.see('door-1');
    all.state.limits = limits;
    all.see('door-2');
    expect(tracks(all)).toEqual([]);
  });

  it('forgets a person in every spelling, and everything when it stops', async () => {
    const all = faces();
    all.see('door-1', { kind: 'match', person: 'Grace' });
    all.see('door-2', { kind: 'unknown' });
    all.tested.forgetPerson('grace');
    expect(tracks(all)).toEqual(['door-2']);
    await all.tested.stop();
    expect(tracks(all)).toEqual([]);
  });
});
