import { describe, expect, it } from 'vitest';
import { roundedApart, writtenApart } from '../../src/core/rounded.js';

describe('writtenApart', () => {
  it.each([
    [0.31, 0.35, ['0.31', '0.35']],
    [0.349, 0.35, ['0.349', '0.350']],
    [0.3499999, 0.35, ['0.3499999', '0.3500000']],
    [0.35, 0.35, ['0.35', '0.35']],
  ])('keeps %f and %f apart', (value, limit, texts) => {
    expect(writtenApart(value, limit, 2)).toEqual(texts);
  });
});

describe('roundedApart', () => {
  it('keeps a value on its side of the limit', () => {
    expect(roundedApart(0.123456, 0.2, 4)).toEqual([0.1235, 0.2]);
    expect(roundedApart(0.34999, 0.35, 4)).toEqual([0.34999, 0.35]);
  });
});
