import { describe, expect, it } from 'vitest';
import { WriteSettled } from '../../src/gallery/writeSettled.js';

const changes = (files: Record<string, string>) => new Map(Object.entries(files));

describe('a changed file', () => {
  it('counts once it has stayed the same for a while', () => {
    const writeSettled = new WriteSettled({ quietMs: 100, brokenMs: 1000 });
    expect(writeSettled.nextMs(0)).toBe(null);
    expect(writeSettled.see(changes({ a: '1' }), 0)).toEqual(new Set());
    expect(writeSettled.nextMs(0)).toBe(100);
    expect(writeSettled.see(changes({ a: '2', b: '1' }), 90)).toEqual(new Set());
    expect(writeSettled.see(changes({ a: '2', b: '1' }), 189)).toEqual(new Set());
    expect(writeSettled.see(changes({ a: '3', b: '1' }), 190)).toEqual(new Set(['b']));
    writeSettled.done('b');
    expect(writeSettled.nextMs(190)).toBe(100);
    expect(writeSettled.quietFor(250)).toBe(60);
  });

  it('that is damaged is put off for longer, unless it changes', () => {
    const writeSettled = new WriteSettled({ quietMs: 100, brokenMs: 1000 });
    writeSettled.see(changes({ a: '1' }), 0);
    expect(writeSettled.see(changes({ a: '1' }), 100)).toEqual(new Set(['a']));
    expect(writeSettled.putOff('a', 100)).toBe(true);
    expect(writeSettled.see(changes({ a: '1' }), 999)).toEqual(new Set());
    expect(writeSettled.nextMs(999)).toBe(1);
    writeSettled.see(changes({ a: '2' }), 999);
    expect(writeSettled.see(changes({ a: '2' }), 1099)).toEqual(new Set(['a']));
    writeSettled.putOff('a', 1099);
    expect(writeSettled.see(changes({ a: '2' }), 1999)).toEqual(new Set(['a']));
    expect(writeSettled.putOff('a', 1999)).toBe(false);
  });

  it('that is as it was again is forgotten', () => {
    const writeSettled = new WriteSettled({ quietMs: 100, brokenMs: 1000 });
    writeSettled.see(changes({ a: '1' }), 0);
    writeSettled.see(changes({}), 50);
    expect(writeSettled.nextMs(50)).toBe(null);
    writeSettled.see(changes({ a: '1' }), 120);
    expect(writeSettled.see(changes({ a: '1' }), 130)).toEqual(new Set());
  });
});
