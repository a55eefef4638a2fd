import { describe, expect, it } from 'vitest';
import { pairTable } from '../../src/cli/pairTable.js';
import type { PairOffer } from '../../src/models/pairChoice.js';

const offer = (frameMs: number | null): PairOffer => ({
  detector: 'spotter-det',
  embedder: 'mobilefacenet',
  frameMs,
  isMeasured: false,
  named: 95.5,
  licences: ['MIT'],
  nonCommercial: true,
  missing: [{ id: 'yunet', bytes: 191_000_000, hasAddress: true }],
});

describe('pairTable', () => {
  it.each<[number | null, string]>([
    [4.26, '~4.3 ms'],
    [9.97, '~10 ms'],
    [957, '~957 ms'],
    [999.7, '~1.0 s'],
    [1957, '~2.0 s'],
    [12_345, '~12 s'],
    [null, '?'],
  ])('shows a time of %s ms, on a slow machine, too, in 80 columns', (ms, expected) => {
    const lines = pairTable([offer(ms)], { detector: 'a', embedder: 'b' }, 2);
    expect(lines[1]).toContain(`mobilefacenet  ${expected}`);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });
});
