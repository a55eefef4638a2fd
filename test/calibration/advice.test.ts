import { describe, expect, it } from 'vitest';
import { adviceOf } from '../../src/calibration/advice.js';
import { histogramOf } from '../../src/calibration/histogram.js';
import { falseNamesAt, measureSettings, type SettingResult } from '../../src/calibration/measure.js';
import { settingsFor } from '../../src/calibration/settings.js';
import type { Setting, Trial } from '../../src/calibration/trial.js';
import type { SimilarityCurves } from '../../src/face/odds.js';
import { policy } from '../helpers/film.js';

const CURVES: SimilarityCurves = {
  different: [-1, -2, -40],
  shift: 0.015,
  distinctFrom: 0.085,
  same: { frontal: [0.6, 0.1], turned: [0.5, 0.1], poor: [0.5, 0.1] },
};
const COMPARED = 20;
/** 1 in 100 strangers may get a name. */
const ACCEPTED = 0.01;

const policyAt = ({ threshold, falseNames }: Pick<Setting, 'threshold' | 'falseNames'>) => ({
  ...policy,
  threshold: threshold ?? 0.4,
  odds: threshold === null ? { curves: CURVES, compared: 0, falseNames, prior: 0.5 } : null,
});

/** Faces that get a name from their similarity on, each its own group. */
function trials(source: Trial['source'], name: (index: number) => string, similarities: number[]): Trial[] {
  return similarities.map((similarity, index) => ({
    source,
    label: `${source} ${index}`,
    group: `${source} ${index}`,
    pair: `${index}`,
    similarity,
    nameAt: (setting) => (similarity >= thresholdAt(setting) ? name(index) : null),
  }));
}

const known = (similarities: number[]) => trials('gallery', (index) => `gallery ${index}`, similarities);
const strangers = (similarities: number[]) => trials('strangers', () => 'somebody', similarities);
const thresholdAt = (setting: Setting) =>
  measureSettings({ known: [], strangers: [] }, [setting], COMPARED)[0].threshold;

function advise(faces: { known: Trial[]; strangers: Trial[] }, threshold: number | null = null) {
  const settings = settingsFor({ falseNames: 0.01, threshold }, policyAt);
  const results = measureSettings(faces, settings.all, COMPARED);
  const resultOf = (setting: Setting | null) =>
    results.find((result) => result.setting === setting) as SettingResult;
  const current = resultOf(settings.current);
  const odds = settings.odds && resultOf(settings.odds);
  return { current, advice: adviceOf(results, { current, odds, accepted: ACCEPTED }) };
}

const few = (similarity: number, count: number) => Array.from({ length: count }, () => similarity);

describe('measureSettings', () => {
  it('counts false, missed and wrong names, the least strict setting first', () => {
    const faces = {
      known: [...known([0.3, 0.9]), ...trials('gallery', () => 'other', [0.95])],
      strangers: strangers([0.1, 0.36]),
    };
    const { all, current } = settingsFor({ falseNames: 0.01, threshold: null }, policyAt);
    const results = measureSettings(faces, all, COMPARED);
    const thresholds = results.map(({ threshold }) => threshold);
    expect(thresholds).toEqual([...thresholds].sort((a, b) => a - b));
    expect(results.map(({ falseNames }) => falseNames.count)).toEqual([1, 1, 0, 0, 0, 0, 0]);
    expect(results.map(({ missed }) => missed.count)).toEqual([2, 2, 2, 2, 2, 2, 2]);
    expect(results.map(({ wrong }) => wrong)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(falseNamesAt(faces, current)).toEqual([{ label: 'gallery 0', name: 'other', source: 'gallery' }]);
  });

  it('takes photos of one person for less than photos of many', () => {
    const one = strangers([0.1, 0.1, 0.1]).map((trial) => ({ ...trial, group: 'x' }));
    const { all } = settingsFor({ falseNames: 0.01, threshold: null }, policyAt);
    const [result] = measureSettings({ known: [], strangers: one }, all, COMPARED);
    expect(result.falseNames).toMatchObject({ count: 0, of: 3, independent: 1 });
    expect(result.falseNames.high).toBeGreaterThan(0.9);
  });
});

describe('adviceOf', () => {
  it('does not become less strict for the sake of a known face when strangers are too few to show that it may', () => {
    const { advice } = advise({ known: known([0.37, 0.9]), strangers: strangers(few(0.1, 100)) });
    expect(advice).toMatchObject({ kind: 'keep', result: { setting: { falseNames: 0.01 } } });
    expect(advice.why).toMatch(/would miss 0 instead of 1 of 2 known faces, but 100 strangers cannot show/);
  });

  it('becomes less strict when enough strangers show that it may', () => {
    const { advice } = advise({ known: known([0.37, 0.9]), strangers: strangers(few(0.1, 400)) });
    expect(advice).toMatchObject({ kind: 'looser', result: { setting: { falseNames: 0.03 } } });
  });

  it('becomes stricter when more strangers get a name than accepted, also at a cost', () => {
    const { advice, current } = advise({
      known: known([0.41, 0.9]),
      strangers: strangers([...few(0.1, 40), ...few(0.42, 5)]),
    });
    expect(current.falseNames.count).toBe(5);
    expect(advice).toMatchObject({
      kind: 'stricter',
      result: { falseNames: { count: 0 }, missed: { count: 1 } },
    });
  });

  it('avoids the last false names too where that costs nothing more', () => {
    const { advice } = advise({
      known: known([0.9]),
      strangers: strangers([...few(0.1, 40), ...few(0.38, 4), 0.42]),
    });
    expect(advice).toMatchObject({ result: { falseNames: { count: 0 }, missed: { count: 0 } } });
    const lax = advise(
      { known: known([0.9]), strangers: strangers([...few(0.1, 40), ...few(0.28, 4), 0.38]) },
      0.25,
    );
    expect(lax.current.falseNames.count).toBe(5);
    expect(lax.advice).toMatchObject({ kind: 'stricter', result: { falseNames: { count: 0 } } });
  });

  it('keeps the setting, and says so, when none prevents the false names', () => {
    const { advice } = advise({ known: known([0.9]), strangers: strangers(few(0.95, 5)) });
    expect(advice.kind).toBe('keep');
    expect(advice.why).toMatch(/5 of 5 strangers get a name.*no setting here prevents it/);
  });

  it('becomes stricter when that costs nobody a name', () => {
    const { advice } = advise({ known: known([0.9]), strangers: strangers([...few(0.1, 200), 0.42]) });
    expect(advice).toMatchObject({
      kind: 'stricter',
      result: { falseNames: { count: 0 }, missed: { count: 0 } },
    });
  });

  it('replaces a fixed threshold by the odds only where they do no worse', () => {
    const strict = advise({ known: known([0.5, 0.9]), strangers: strangers(few(0.1, 5)) }, 0.7);
    expect(strict.advice).toMatchObject({
      kind: 'odds',
      result: { setting: { falseNames: 0.01, threshold: null } },
    });
    const low = advise({ known: known([0.36, 0.9]), strangers: strangers(few(0.1, 5)) }, 0.2);
    expect(low.advice).toMatchObject({ kind: 'keep', result: { setting: { threshold: 0.2 } } });
  });

  it('compares thresholds for an embedder without curves', () => {
    const settings = settingsFor({ falseNames: 0.01, threshold: null }, (limits) => ({
      ...policyAt(limits),
      odds: null,
    }));
    expect(settings.all.map(({ threshold }) => threshold).sort()).toEqual([
      0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55,
    ]);
    expect(settings).toMatchObject({ odds: null, current: { threshold: 0.4 } });
  });
});

describe('histogramOf', () => {
  it('counts every value once and splits the bin with the threshold', () => {
    const bins = histogramOf({ known: [0.3, 0.95], strangers: [-0.04, 0.11, 0.13] }, 0.1, 0.12);
    expect(bins[0]).toMatchObject({ from: -0.1, to: 0, strangers: 1 });
    expect(bins.filter(({ from }) => from >= 0.1 && from < 0.2)).toEqual([
      { from: 0.1, to: 0.12, known: 0, strangers: 1 },
      { from: 0.12, to: 0.2, known: 0, strangers: 1 },
    ]);
    expect(bins.find(({ from }) => from === 0.3)?.known).toBe(1);
    expect(bins.at(-1)).toMatchObject({ from: 0.9, to: 1, known: 1 });
    expect(histogramOf({ known: [], strangers: [] }, 0.1)).toEqual([]);
  });
});
