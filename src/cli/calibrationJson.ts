import type { SettingResult, Share } from '../calibration/measure.js';
import { type Calibration, countSources } from './calibrationLines.js';

/** A calibration as plain data. */
export function calibrationJson(calibration: Calibration): object {
  const { gallery, models, sources, results, current, advice, accepted, wrongNames } = calibration;
  const { photos, people: count, peopleWithSeveral, compared, trials } = sources;
  const { skipped, knownStrangers, copies, unusableTracks } = sources;
  const plain = ({ setting, threshold, falseNames, missed, wrong }: SettingResult) => ({
    falseNames: setting.threshold === null ? setting.falseNames : null,
    fixedThreshold: setting.threshold,
    threshold: round(threshold),
    strangersNamed: shareJson(falseNames),
    missed: shareJson(missed),
    wrong,
  });
  return {
    gallery,
    models,
    photos,
    people: count,
    peopleWithSeveral,
    compared,
    acceptedShare: accepted,
    strangers: countSources(calibration),
    current: plain(current),
    settings: results.map(plain),
    advice: { kind: advice.kind, why: advice.why, ...plain(advice.result) },
    wrongNames,
    knownStrangers,
    skipped,
    copies,
    unusableTracks,
    similarities: {
      known: trials.known.map(({ similarity }) => round(similarity)),
      strangers: trials.strangers.map(({ similarity }) => round(similarity)),
    },
  };
}

function shareJson({ count, of, independent, low, high }: Share) {
  return of === 0
    ? null
    : { count, of, independent: Math.round(10 * independent) / 10, low: round(low), high: round(high) };
}

function round(value: number): number {
  return Math.round(10_000 * value) / 10_000;
}
