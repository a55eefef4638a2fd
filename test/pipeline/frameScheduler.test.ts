import { describe, expect, it } from 'vitest';
import { FrameScheduler } from '../../src/pipeline/frameScheduler.js';
import { randomNumbers } from '../helpers/random.js';

/** Lets everything that was granted be noticed. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Asks for turns and writes down who got one, in order; each is handed back by hand. */
function watched(scheduler: FrameScheduler) {
  const order: string[] = [];
  const out: (() => void)[] = [];
  const ask = (camera: string) => {
    void scheduler.acquire(camera).then((giveBack) => {
      order.push(camera);
      out.push(giveBack);
    });
  };
  return { order, out, ask };
}

describe('FrameScheduler', () => {
  it('grants turns up to the capacity, and the next when one is returned', async () => {
    const scheduler = new FrameScheduler(2);
    const { order, out, ask } = watched(scheduler);
    for (const camera of ['a', 'b', 'c']) ask(camera);
    await settled();
    expect(order).toEqual(['a', 'b']);
    expect(scheduler.waiting).toBe(1);
    out[0]();
    await settled();
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('ignores a turn that is returned twice', async () => {
    const scheduler = new FrameScheduler(1);
    const { order, out, ask } = watched(scheduler);
    for (const camera of ['a', 'b', 'c']) ask(camera);
    await settled();
    out[0]();
    out[0]();
    await settled();
    expect(order).toEqual(['a', 'b']);
  });

  it('alternates between cameras: thirty waiting frames of one do not starve another', async () => {
    const scheduler = new FrameScheduler(1);
    const { order, out, ask } = watched(scheduler);
    for (let frame = 0; frame < 30; frame++) ask('greedy');
    for (let frame = 0; frame < 3; frame++) ask('modest');
    for (let turn = 0; turn < 33; turn++) {
      await settled();
      out[turn]();
    }
    expect(order.slice(0, 7)).toEqual(['greedy', 'modest', 'greedy', 'modest', 'greedy', 'modest', 'greedy']);
    expect(order).toHaveLength(33);
  });

  it('lets no camera wait longer than a round, whichever comes when', async () => {
    const cameras = ['a', 'b', 'c', 'd', 'e'];
    const scheduler = new FrameScheduler(2);
    const next = randomNumbers(7);
    const random = (below: number) => Math.floor(next() * below);
    const { order, out, ask } = watched(scheduler);
    const asked = new Map<string, number[]>();
    for (let step = 0; step < 500; step++) {
      // The first camera asks far more often than all others.
      const camera = random(2) === 0 ? 'a' : cameras[random(cameras.length)];
      asked.set(camera, [...(asked.get(camera) ?? []), order.length]);
      ask(camera);
      if (random(3) > 0) out.shift()?.();
      await settled();
    }
    while (scheduler.waiting > 0) {
      out.shift()?.();
      await settled();
    }
    for (const camera of cameras) {
      const granted = order.flatMap((name, index) => (name === camera ? [index] : []));
      const requests = asked.get(camera) ?? [];
      expect(granted).toHaveLength(requests.length);
      granted.forEach((index, nth) => {
        // From when its camera's turn before was granted, or it was asked for: everybody else once, and who was out.
        const since = Math.max(requests[nth], nth === 0 ? 0 : granted[nth - 1]);
        expect(index - since).toBeLessThanOrEqual(cameras.length + 1);
      });
    }
  });

  it('prefers the freshest live frame, but passes no camera over for long', async () => {
    const scheduler = new FrameScheduler(1);
    const order: string[] = [];
    const came = new Map<string, number>();
    let giveBack = await scheduler.acquire('first');
    const ask = (camera: string) =>
      void scheduler
        .acquire(camera, () => came.get(camera) ?? 0)
        .then((back) => {
          order.push(camera);
          giveBack = back;
        });
    for (const camera of ['old', 'newer', 'newest']) ask(camera);
    // What counts is how fresh they are when the turn is there, not when it was asked for.
    came.set('newest', 3).set('newer', 2).set('old', 1);
    for (let turn = 0; turn < 12; turn++) {
      giveBack();
      await settled();
      ask(order[order.length - 1]);
    }
    expect(order.slice(0, 3)).toEqual(['newest', 'newest', 'newest']);
    const had = (camera: string) => order.filter((name) => name === camera).length;
    expect(had('newest') - had('old')).toBeLessThanOrEqual(3);
    expect(had('old')).toBeGreaterThan(1);
  });

  it('does not make up for turns that a camera did not request', async () => {
    const scheduler = new FrameScheduler(1);
    const { order, out, ask } = watched(scheduler);
    for (let turn = 0; turn < 20; turn++) {
      ask('busy');
      await settled();
      out.shift()?.();
    }
    for (const camera of ['busy', 'busy', 'busy', 'late', 'late', 'late']) ask(camera);
    for (let turn = 0; turn < 6; turn++) {
      await settled();
      out.shift()?.();
    }
    expect(order.slice(20, 24)).toEqual(['busy', 'late', 'busy', 'late']);
  });

  it('grants spare turns to frames that do not age, and only while no live frame waits', async () => {
    const scheduler = new FrameScheduler(1, 1);
    const { order, out, ask } = watched(scheduler);
    ask('recording');
    ask('recording');
    ask('recording');
    await settled();
    expect(order).toHaveLength(2);
    void scheduler.acquire('live', () => 0).then(() => order.push('live'));
    out[0]();
    await settled();
    expect(order).toHaveLength(2);
    out[1]();
    await settled();
    // Once no live picture waits, the next recording queues behind it.
    expect(order).toEqual(['recording', 'recording', 'live', 'recording']);
  });

  it('grants one turn at a time while isolated', async () => {
    const scheduler = new FrameScheduler(2);
    scheduler.isolate(true);
    const { order, ask } = watched(scheduler);
    ask('a');
    ask('b');
    await settled();
    expect(order).toEqual(['a']);
    scheduler.isolate(false);
    await settled();
    expect(order).toEqual(['a', 'b']);
  });
});
