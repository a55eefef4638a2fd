import { describe, expect, it } from 'vitest';
import { TransferRate } from '../../src/cli/transferRate.js';

describe('TransferRate', () => {
  it('tells speed and time left from the last seconds, not from what was there before', () => {
    const rate = new TransferRate();
    const at = (seconds: number, megabytes: number, total: number | null = 100e6) => {
      const progress = { bytes: megabytes * 1e6, total };
      rate.add(progress, seconds * 1000);
      return rate.describe(progress, seconds * 1000);
    };
    expect(at(0, 40)).toBe('40.0 of 100 MB');
    expect(at(1, 41)).toBe('41.0 of 100 MB, 1.0 MB/s, 59 s left');
    for (let seconds = 2; seconds <= 20; seconds++) at(seconds, 41 + seconds * 2);
    expect(at(21, 83)).toBe('83.0 of 100 MB, 2.0 MB/s, 9 s left');
    for (let seconds = 22; seconds <= 30; seconds++) at(seconds, 83);
    expect(at(31, 83)).toBe('83.0 of 100 MB, 0.0 MB/s');
    expect(at(32, 83.1)).toBe('83.1 of 100 MB, 0.0 MB/s, 15 min left');
    expect(at(40, 100)).toMatch(/^100 of 100 MB, \d+\.\d MB\/s$/);
    expect(at(41, 101, null)).toMatch(/^101 MB, \d+\.\d MB\/s$/);
  });
});
