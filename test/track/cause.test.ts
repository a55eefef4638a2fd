import { describe, expect, it } from 'vitest';
import type { Odds } from '../../src/face/odds.js';
import { causeOf } from '../../src/track/cause.js';
import { policyFor } from '../../src/track/policy.js';
import { Film, policy as fixed, known } from '../helpers/film.js';

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

/** The cause of the verdict on the only face of a film. */
function causeIn({ state: { tracks }, policy }: Film): string {
  const [{ evidence, verdict }] = tracks;
  if (!verdict) throw new Error('no verdict');
  return causeOf(evidence, verdict, policy);
}

/** A film whose looks have these similarities to alice, one look per frame. */
function looks(similarities: readonly number[], change: Partial<typeof fixed> = {}): Film {
  const film = new Film({ ...fixed, lookEveryMs: 0, relookEveryMs: 0, unknownAfterMs: 0, ...change });
  similarities.forEach((similarity, index) => {
    film.frame(index * 600, { x: 0, match: known('alice', similarity) });
  });
  return film;
}

describe('causeOf with a fixed threshold', () => {
  it('says that too few looks agreed, when the best of them is above the threshold', () => {
    expect(causeIn(looks([0.46, 0.2, 0.2]))).toBe('similarity 0.46, but only 1 of 3 looks agreed');
  });

  it('never shows a similarity as the threshold that it does not reach', () => {
    expect(causeIn(looks([0.3996, 0.3, 0.3]))).toBe('similarity 0.3996, below 0.4000');
    expect(causeIn(looks([0.349, 0.3, 0.3], { threshold: 0.35 }))).toBe('similarity 0.349, below 0.350');
  });

  it('says what named a face: one sure look, or those that agreed', () => {
    expect(causeIn(looks([0.62]))).toBe('similarity 0.62, threshold 0.40');
    expect(causeIn(looks([0.46, 0.2, 0.45]))).toBe('similarity 0.46, 2 of 3 looks agreed');
  });

  it('says how little a face is ahead of another person', () => {
    const film = new Film({ ...fixed, lookEveryMs: 0, relookEveryMs: 0, unknownAfterMs: 0 });
    for (let t = 0; t < 1800; t += 600) film.frame(t, { x: 0, match: known('alice', 0.5, 0.0499) });
    expect(causeIn(film)).toBe('similarity 0.50, but only 0.0499 ahead of another person, 0.0500 needed');
  });
});

describe('causeOf by odds', () => {
  const amid = (compared: number) => policyFor({ ...fixed, margin: 0, odds }, compared);

  it('says the odds of a name', () => {
    expect(causeIn(looks([0.42], amid(5)))).toMatch(/^similarity 0\.42, odds 1 : [\d,]+$/);
    expect(causeIn(looks([0.9], amid(5)))).toBe('similarity 0.90, odds 1 : over 1,000,000');
  });

  it('says that all looks together are too little, when the best one alone is not', () => {
    const film = looks([0.45, 0.1, 0.1], amid(10));
    const [{ evidence }] = film.state.tracks;
    const together = { ...evidence, combined: known('alice', 0.2) };
    const cause = causeOf(together, { kind: 'unknown', match: known('alice', 0.45) }, film.policy);
    expect(cause).toMatch(/^similarity 0\.45 in the best look, but 0\.20 over all, below 0\.\d\d$/);
  });

  it('says that another person is as likely', () => {
    const film = new Film(amid(2));
    for (let t = 0; t < 3400; t += 40) film.frame(t, { x: 0, match: known('alice', 0.6, 0.01) });
    expect(causeIn(film)).toBe('similarity 0.60, but another person is as likely');
  });
});
