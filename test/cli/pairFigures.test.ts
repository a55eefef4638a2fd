import { describe, expect, it } from 'vitest';
import type { PairFigures } from '../../bench/pairRun.js';
import { figureLines, type PairFacts } from '../../src/cli/pairFigures.js';

const figures: PairFigures = {
  framesPerSecond: 53.04,
  detectMs: 12.96,
  embedMs: 7,
  peakMb: 301.5,
  verification: null,
  identification: null,
  unreadable: 0,
};
const outcomes = { photos: 1000, right: 955, wrong: 1, ambiguous: 4, unknown: 40, unusable: 0 };
const measured: PairFigures = {
  ...figures,
  verification: {
    same: { pairs: 300, accepted: 291 },
    different: { pairs: 3000, accepted: 3 },
    rates: [],
    folds: null,
  },
  identification: {
    people: 100,
    draws: 20,
    threshold: 0.4,
    known: outcomes,
    strangers: { ...outcomes, wrong: 2 },
  },
};
const facts: PairFacts = { detector: 'a', embedder: 'b', numbers: 'float', licences: ['MIT', 'Apache-2.0'] };
const words = (line: string) => line.split(/ {2,}/);

describe('figureLines', () => {
  it('has a row per pair, with what was measured of both questions', () => {
    const rows = [
      { ...facts, figures: measured, fault: null },
      {
        ...facts,
        embedder: 'b-int8',
        numbers: 'float + int8',
        figures: { ...measured, unreadable: 2 },
        fault: null,
      },
      { ...facts, embedder: 'c', figures: null, fault: 'broken' },
    ];
    const lines = figureLines(rows, [{ detector: 'd', embedder: 'e' }], 'clip.mp4');
    expect(lines.slice(0, 2)).toEqual(['clip.mp4', '']);
    expect(words(lines[2])).toEqual(
      'pair|numbers|frames/s|ms a frame|ms a face|MB|same|different|right|wrong|strangers|licence'.split('|'),
    );
    expect(words(lines[3])).toEqual(
      'a + b|float|53.0|13.0|7.0|302|97.0 %|0.1 %|95.5 %|0.1 %|0.2 %|MIT, Apache-2.0'.split('|'),
    );
    expect(words(lines[4]).slice(0, 2)).toEqual(['a + b-int8', 'float + int8']);
    expect(lines[5]).toBe('');
    const notes = lines.slice(6).join('\n');
    expect(notes).toContain('with 100 people in the gallery');
    expect(notes).toContain('2 labelled photos cannot be read');
    expect(notes).toMatch(/not installed: d \+ e; see ".*spotter models list"/);
    expect(notes).not.toContain('no int8');
  });

  it('has no columns for what was not measured, and says how to make int8 variants', () => {
    const lines = figureLines([{ ...facts, figures, fault: null }], [], 'clip.mp4');
    expect(words(lines[2])).toEqual('pair|numbers|frames/s|ms a frame|ms a face|MB|licence'.split('|'));
    expect(words(lines[3])).toHaveLength(7);
    expect(lines.at(-1)).toMatch(
      /^no int8 variants here: ".*models quantize ID --calibrate PATH" makes them$/,
    );
  });
});
