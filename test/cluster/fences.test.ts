import { describe, expect, it } from 'vitest';
import { Fences } from '../../src/cluster/fences.js';

const fence = (lease: number, beganMs: number, capturedMs: number) => ({ lease, beganMs, capturedMs });
const DOOR = 'camera.door';

describe('Fences', () => {
  it('drop what was captured after a later holder began, and nothing else', () => {
    const fences = new Fences();
    expect(fences.isLate(DOOR, fence(5, 1000, 1100))).toBe(false);
    expect(fences.isLate(DOOR, fence(9, 8000, 8100))).toBe(false);
    // Published late, by a node that was cut off.
    expect(fences.isLate(DOOR, fence(5, 1000, 7999))).toBe(false);
    expect(fences.isLate(DOOR, fence(5, 1000, 8000))).toBe(true);
    expect(fences.isLate('camera.yard', fence(5, 1000, 9000))).toBe(false);
    expect(fences.isLate(DOOR, fence(9, 8000, 9000))).toBe(false);
  });

  it('compare with every later term, also one that is over', () => {
    const fences = new Fences();
    fences.isLate(DOOR, fence(20, 30_000, 30_100));
    fences.isLate(DOOR, fence(10, 10_000, 10_100));
    expect(fences.isLate(DOOR, fence(5, 1000, 10_500))).toBe(true);
    expect(fences.isLate(DOOR, fence(10, 10_000, 29_000))).toBe(false);
    expect(fences.isLate(DOOR, fence(10, 10_000, 30_000))).toBe(true);
  });

  it('begin again with a bucket of leases that was made anew, whose numbers are small again', () => {
    const fences = new Fences();
    for (let lease = 1; lease <= 40; lease++) fences.isLate(DOOR, fence(lease, lease * 100, lease * 100));
    expect(fences.isLate(DOOR, fence(2, 9000, 9100))).toBe(false);
    expect(fences.isLate(DOOR, fence(2, 9000, 9200))).toBe(false);
    expect(fences.isLate(DOOR, fence(6, 10_000, 10_100))).toBe(false);
    expect(fences.isLate(DOOR, fence(2, 9000, 10_100))).toBe(true);
  });

  it('are the same after a restart, and are saved only when there is a new term', () => {
    const fences = new Fences();
    fences.isLate(DOOR, fence(9, 8000, 8100));
    const saved = fences.save();
    expect(fences.isLate(DOOR, fence(9, 8000, 8200))).toBe(false);
    expect(fences.save()).toBe(null);
    expect(new Fences(saved).isLate(DOOR, fence(5, 1000, 8000))).toBe(true);
  });

  it('let who works out visits be replaced, whenever the other one began', () => {
    const fences = new Fences();
    fences.isLate('sender', fence(7, 0, 0));
    expect(fences.isLate('sender', fence(3, 0, 0))).toBe(true);
    expect(fences.isLate('sender', fence(7, 0, 0))).toBe(false);
  });
});
