import { describe, expect, it } from 'vitest';
import { LookPace } from '../../src/pipeline/lookPace.js';
import { policy } from '../helpers/film.js';

function paced(late: boolean[]) {
  const pace = new LookPace();
  for (const isLate of late) pace.note(isLate);
  return pace.applied(policy);
}

describe('LookPace', () => {
  it('changes nothing while every frame is in time, nor for a single late one', () => {
    expect(paced(Array(100).fill(false))).toBe(policy);
    expect(paced([...Array(100).fill(false), true, false])).toBe(policy);
  });

  it('looks up to four times as rarely while every frame is late, and recovers', () => {
    const slow = paced(Array(200).fill(true));
    expect(slow.relookEveryMs / policy.relookEveryMs).toBeCloseTo(4, 1);
    expect(slow.lookEveryMs / policy.lookEveryMs).toBeCloseTo(4, 1);
    expect(paced([...Array(200).fill(true), ...Array(100).fill(false)])).toBe(policy);
  });
});
