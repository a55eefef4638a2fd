import { describe, expect, it } from 'vitest';
import { Pacer } from '../../src/core/pacer.js';

/** Times at which a rate of 5 per second takes a chance, ms. */
function taken(times: number[]): number[] {
  const pacer = new Pacer();
  return times.filter((time) => pacer.isDue(time, 200));
}

describe('Pacer', () => {
  it('takes the first occasion, and then one per period', () => {
    expect(taken([5, 105, 205, 305, 405, 505])).toEqual([5, 205, 405]);
  });

  it('keeps the mean rate of occasions that do not fit the period', () => {
    const every70 = Array.from({ length: 100 }, (_, index) => index * 70);
    expect(taken(every70)).toHaveLength(35);
  });

  it('keeps the rate of occasions that come a little early and late', () => {
    expect(taken([0, 190, 405, 595, 810])).toHaveLength(5);
  });

  it('does not make up for a pause', () => {
    expect(taken([0, 3000, 3010, 3020, 3200])).toEqual([0, 3000, 3200]);
  });
});
