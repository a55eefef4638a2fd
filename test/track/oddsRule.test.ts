import { describe, expect, it } from 'vitest';
import { normalise } from '../../src/face/embedding.js';
import type { Odds } from '../../src/face/odds.js';
import { policyFor } from '../../src/track/policy.js';
import { oddsOf, reasonOf } from '../../src/track/reason.js';
import { distant, Film, policy as fixed, good, known } from '../helpers/film.js';

const odds: Odds = {
  curves: {
    different: [-1.2, -2, -45],
    shift: 0.015,
    distinctFrom: 0.085,
    same: { frontal: [0.67, 0.115], turned: [0.6, 0.13], poor: [0.6, 0.13] },
  },
  compared: 0,
  falseNames: 0.001,
  prior: 0.5,
};
const amid = (compared: number) => policyFor({ ...fixed, margin: 0, odds }, compared);
const playing = (similarity: number, compared: number, change = {}) => {
  const film = new Film({ ...amid(compared), ...change });
  for (let t = 0; t < 400; t += 40) film.frame(t, { x: 0, match: known('alice', similarity) });
  return film;
};

describe('policyFor', () => {
  it('raises the threshold with the gallery, and leaves a fixed one alone', () => {
    expect(amid(1000).threshold).toBeGreaterThan(amid(10).threshold);
    expect(policyFor(fixed, 1000)).toBe(fixed);
  });
});

describe('decide by odds', () => {
  it('names a face that is similar enough among few people, and not among many', () => {
    expect(playing(0.42, 5).lines).toContain('1 verdict known alice');
    expect(playing(0.42, 5000).lines).not.toContain('1 verdict known alice');
  });

  it('names by one look that is beyond doubt', () => {
    const film = new Film(amid(100)).frame(0, { x: 0, match: known('alice', 0.7) });
    expect(film.lines.at(-1)).toBe('1 verdict known alice');
  });

  it('does not call a face unknown at once that a known person could have, but after the configured time', () => {
    const film = new Film(amid(5000));
    for (let t = 0; t < 2900; t += 40) film.frame(t, { x: 0, match: known('alice', 0.46) });
    expect(film.lines).toEqual(['1 appeared']);
    for (let t = 2920; t < 3400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.46) });
    expect(film.lines).toEqual(['1 appeared', '1 verdict unknown']);
  });

  it('calls a face unknown at once that nobody known would have', () => {
    expect(playing(0.1, 10).lines).toEqual(['1 appeared', '1 verdict unknown']);
  });

  it('is ambiguous when the runner-up is as likely', () => {
    const film = new Film(amid(2));
    for (let t = 0; t < 3400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6, 0.01) });
    expect(film.lines).toEqual(['1 appeared', '1 verdict ambiguous']);
  });

  it('gives looks that differ and agree no more than one look as similar', () => {
    const policy = amid(10);
    const film = new Film({ ...policy, lookEveryMs: 0 });
    const match = known('alice', policy.threshold - 0.005);
    // The cosine of the two directions is 0.6.
    for (const index of [0, 1, 2, 3]) {
      const face = Float32Array.of(2, index % 2 === 0 ? 1 : -1, 0, 0, 0, 0, 0, 0);
      normalise(face);
      film.frame(40 * index, { x: 0, face, match }).gallery(index + 1, () => match);
    }
    film.frame(160, { x: 0, match });
    expect(film.lines).not.toContain('1 verdict known alice');
  });

  it("applies a person's own threshold instead", () => {
    const film = new Film(amid(10));
    for (let t = 0; t < 400; t += 40)
      film.frame(t, { x: 0, match: { ...known('alice', 0.6), threshold: 0.7 } });
    expect(film.lines).not.toContain('1 verdict known alice');
  });

  it('withdraws a name that all looks together do not support', () => {
    const film = new Film({ ...amid(10), lookEveryMs: 0, relookEveryMs: 0 });
    film.frame(0, { x: 0, quality: distant, match: known('alice', 0.45) });
    expect(film.lines.at(-1)).toBe('1 verdict known alice');
    for (let t = 40; t < 600; t += 40) {
      film.frame(t, { x: 0, match: known('alice', 0.1) });
      film.gallery(1, () => known('alice', 0.1));
    }
    expect(film.lines.at(-1)).toBe('1 verdict unknown not alice');
  });
});

describe('isEmbeddingDue without a name', () => {
  it('spreads the looks over the time in view, however many frames there are', () => {
    const looksAt = (everyMs: number) => {
      const film = new Film(amid(1000));
      for (let t = 0; t < 6000; t += everyMs)
        film.frame(t, { x: 0, quality: good, match: known('alice', 0.3) });
      return film.looked.reduce((sum, count) => sum + count, 0);
    };
    expect(looksAt(33)).toBeLessThan(0.2 * (6000 / 33));
    expect(looksAt(330)).toBeGreaterThan(0.4 * looksAt(33));
  });
});

describe('reasonOf', () => {
  it('says how rare such a stranger is, and what follows', () => {
    const { state, policy } = playing(0.42, 5);
    const [{ evidence, verdict }] = state.tracks;
    if (!verdict) throw new Error('no verdict');
    expect(reasonOf(evidence, verdict, policy)).toMatch(
      /^similarity 0\.42, odds 1 : [\d,]+; nearest is alice.*; compared with 5 photos, 1 stranger in [\d,]+ looks this much like somebody; \d of \d looks agreed$/,
    );
    expect(oddsOf(evidence, verdict, policy)).toBeLessThan(0.001);
  });

  it('names the threshold where that decides', () => {
    const film = new Film();
    for (let t = 0; t < 200; t += 40) film.frame(t, { x: 0, match: known('alice', 0.31) });
    const [{ evidence, verdict }] = film.state.tracks;
    if (!verdict) throw new Error('no verdict');
    expect(reasonOf(evidence, verdict, film.policy)).toBe(
      'similarity 0.31, below 0.40; nearest is alice; threshold 0.40; 0 of 3 looks agreed',
    );
    expect(oddsOf(evidence, verdict, film.policy)).toBeNull();
  });

  it('says what a similarity above the own threshold of a person is worth, when that is below it', () => {
    const film = new Film(amid(1));
    const match = { ...known('alice', 0.6, 0), threshold: 0.599 };
    for (let t = 0; t < 3400; t += 40) film.frame(t, { x: 0, match });
    const [{ evidence, verdict }] = film.state.tracks;
    if (!verdict) throw new Error('no verdict');
    expect(reasonOf(evidence, verdict, film.policy)).toMatch(
      /^similarity 0\.60, but worth only 0\.\d\d, below 0\.60; nearest is alice; worth 0\.\d\d, threshold 0\.60; /,
    );
  });

  it('counts one photo as one', () => {
    const { state, policy } = playing(0.7, 1);
    const [{ evidence, verdict }] = state.tracks;
    if (!verdict) throw new Error('no verdict');
    expect(reasonOf(evidence, verdict, policy)).toContain('compared with 1 photo, ');
  });
});
