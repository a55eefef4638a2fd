import { describe, expect, it } from 'vitest';
import { Settling } from '../../src/gallery/writeSettled.js';

const changes = (files: Record<string, string>) => new Map(Object.entries(files));

describe('a changed file', () => {
  it('counts once it has stayed the same for a while', () => {
    const settling = new Settling({ quietMs: 100, brokenMs: 1000 });
    expect(settling.nextMs(0)).toBe(null);
    expect(settling.see(changes({ a: '1' }), 0)).toEqual(new Set());
    expect(settling.nextMs(0)).toBe(100);
    expect(settling.see(changes({ a: '2', b: '1' }), 90)).toEqual(new Set());
    expect(settling.see(changes({ a: '2', b: '1' }), 189)).toEqual(new Set());
    expect(settling.see(changes({ a: '3', b: '1' }), 190)).toEqual(new Set(['b']));
    settling.done('b');
    expect(settling.nextMs(190)).toBe(100);
    expect(settling.quietFor(250)).toBe(60);
  });

  it('that is damaged is put off for longer, unless it changes', () => {
    const settling = new Settling({ quietMs: 100, brokenMs: 1000 });
    settling.see(changes({ a: '1' }), 0);
    expect(settling.see(changes({ a: '1' }), 100)).toEqual(new Set(['a']));
    expect(settling.putOff('a', 100)).toBe(true);
    expect(settling.see(changes({ a: '1' }), 999)).toEqual(new Set());
    expect(settling.nextMs(999)).toBe(1);
    settling.see(changes({ a: '2' }), 999);
    expect(settling.see(changes({ a: '2' }), 1099)).toEqual(new Set(['a']));
    settling.putOff('a', 1099);
    expect(settling.see(changes({ a: '2' }), 1999)).toEqual(new Set(['a']));
    expect(settling.putOff('a', 1999)).toBe(false);
  });

  it('that is as it was again is forgotten', () => {
    const settling = new Settling({ quietMs: 100, brokenMs: 1000 });
    settling.see(changes({ a: '1' }), 0);
    settling.see(changes({}), 50);
    expect(settling.nextMs(50)).toBe(null);
    settling.see(changes({ a: '1' }), 120);
    expect(settling.see(changes({ a: '1' }), 130)).toEqual(new Set());
  });
});
