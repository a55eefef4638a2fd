import { describe, expect, it } from 'vitest';
import type { AccuracyResult } from '../../bench/accuracy.js';
import { accuracyLines } from '../../src/cli/accuracyTable.js';

const outcomes = { photos: 10, right: 9, wrong: 0, ambiguous: 0, unknown: 1, unusable: 0 };
const result: AccuracyResult = {
  kind: 'identification',
  detector: 'd',
  embedder: 'e',
  threshold: 0.35,
  margin: 0.05,
  odds: { falseNames: 0.001, prior: 0.67 },
  face: 'largest',
  photos: {},
  unreadable: [],
  verification: null,
  identification: [
    { people: 10, draws: 20, threshold: 0.4123, known: outcomes, strangers: outcomes },
    { people: 100, draws: 1, threshold: 0.4567, known: outcomes, strangers: outcomes },
  ],
};

describe('accuracyLines', () => {
  it('say that odds decide, and what a name takes at each size of the gallery', () => {
    const lines = accuracyLines(result);
    expect(lines[0]).toBe(
      'd + e, names by odds (falseNames 0.001, prior 0.67), the largest face of each photo',
    );
    expect(lines.at(-2)).toMatch(/^ *10 +20 +0\.412 /);
    expect(lines.at(-1)).toMatch(/^ *100 +1 +0\.457 /);
  });

  it('state threshold and margin where those decide', () => {
    expect(accuracyLines({ ...result, odds: null })[0]).toContain('threshold 0.35, margin 0.05');
  });
});
