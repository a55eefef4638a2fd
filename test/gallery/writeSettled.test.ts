import { describe, expect, it } from 'vitest';
import { WriteSettled } from '../../src/gallery/writeSettled.js';

const changes = (files: Record<string, string>) => new Map(Object.entries(files));

describe('WriteSettled', () => {
  it('returns a changed file once it has stayed the same for a while', () => {
    const writeSettled = new WriteSettled({ quietMs: 100, brokenMs: 1000 });
    expect(writeSettled.nextMs(0)).toBe(null);
    expect(writeSettled.observe(changes({ a: '1' }), 0)).toEqual(new Set());
    expect(writeSettled.nextMs(0)).toBe(100);
    expect(writeSettled.observe(changes({ a: '2', b: '1' }), 90)).toEqual(new Set());
    expect(writeSettled.observe(changes({ a: '2', b: '1' }), 189)).toEqual(new Set());
    expect(writeSettled.observe(changes({ a: '3', b: '1' }), 190)).toEqual(new Set(['b']));
    writeSettled.done('b');
    expect(writeSettled.nextMs(190)).toBe(100);
    expect(writeSettled.quietFor(250)).toBe(60);
  });

  it('puts off a damaged file for longer, until it changes', () => {
    const writeSettled = new WriteSettled({ quietMs: 100, brokenMs: 1000 });
    writeSettled.observe(changes({ a: '1' }), 0);
    expect(writeSettled.observe(changes({ a: '1' }), 100)).toEqual(new Set(['a']));
    expect(writeSettled.putOff('a', 100)).toBe(true);
    expect(writeSettled.observe(changes({ a: '1' }), 999)).toEqual(new Set());
    expect(writeSettled.nextMs(999)).toBe(1);
    writeSettled.observe(changes({ a: '2' }), 999);
    expect(writeSettled.observe(changes({ a: '2' }), 1099)).toEqual(new Set(['a']));
    writeSettled.putOff('a', 1099);
    expect(writeSettled.observe(changes({ a: '2' }), 1999)).toEqual(new Set(['a']));
    expect(writeSettled.putOff('a', 1999)).toBe(false);
  });

  it('forgets a file that is again as it was', () => {
    const writeSettled = new WriteSettled({ quietMs: 100, brokenMs: 1000 });
    writeSettled.observe(changes({ a: '1' }), 0);
    writeSettled.observe(changes({}), 50);
    expect(writeSettled.nextMs(50)).toBe(null);
    writeSettled.observe(changes({ a: '1' }), 120);
    expect(writeSettled.observe(changes({ a: '1' }), 130)).toEqual(new Set());
  });
});
