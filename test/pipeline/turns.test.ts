import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/pipeline/turns.js';
import { randomNumbers } from '../helpers/random.js';

/** Lets everything that was granted be noticed. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Asks for turns and writes down who got one, in order; each is handed back by hand. */
function watched(turns: Turns) {
  const order: string[] = [];
  const out: (() => void)[] = [];
  const ask = (camera: string) => {
    void turns.acquire(camera).then((giveBack) => {
      order.push(camera);
      out.push(giveBack);
    });
  };
  return { order, out, ask };
}

describe('turns in the worker pool', () => {
  it('are out up to the capacity, and go on when one comes back', async () => {
    const turns = new Turns(2);
    const { order, out, ask } = watched(turns);
    for (const camera of ['a', 'b', 'c']) ask(camera);
    await settled();
    expect(order).toEqual(['a', 'b']);
    expect(turns.waiting).toBe(1);
    out[0]();
    await settled();
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('handed back twice count once', async () => {
    const turns = new Turns(1);
    const { order, out, ask } = watched(turns);
    for (const camera of ['a', 'b', 'c']) ask(camera);
    await settled();
    out[0]();
    out[0]();
    await settled();
    expect(order).toEqual(['a', 'b']);
  });

  it('go round among the cameras: thirty waiting frames of one do not starve another', async () => {
    const turns = new Turns(1);
    const { order, out, ask } = watched(turns);
    for (let frame = 0; frame < 30; frame++) ask('greedy');
    for (let frame = 0; frame < 3; frame++) ask('modest');
    for (let turn = 0; turn < 33; turn++) {
      await settled();
      out[turn]();
    }
    expect(order.slice(0, 7)).toEqual(['greedy', 'greedy', 'modest', 'greedy', 'modest', 'greedy', 'modest']);
    expect(order).toHaveLength(33);
  });

  it('wait no longer than a round, whoever comes when', async () => {
    const cameras = ['a', 'b', 'c', 'd', 'e'];
    const turns = new Turns(2);
    const next = randomNumbers(7);
    const random = (below: number) => Math.floor(next() * below);
    const { order, out, ask } = watched(turns);
    const asked = new Map<string, number[]>();
    for (let step = 0; step < 500; step++) {
      // The first camera asks far more often than all others.
      const camera = random(2) === 0 ? 'a' : cameras[random(cameras.length)];
      asked.set(camera, [...(asked.get(camera) ?? []), order.length]);
      ask(camera);
      if (random(3) > 0) out.shift()?.();
      await settled();
    }
    while (turns.waiting > 0) {
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

  it('are out one at a time while isolated', async () => {
    const turns = new Turns(2);
    turns.isolate(true);
    const { order, ask } = watched(turns);
    ask('a');
    ask('b');
    await settled();
    expect(order).toEqual(['a']);
    turns.isolate(false);
    await settled();
    expect(order).toEqual(['a', 'b']);
  });
});
