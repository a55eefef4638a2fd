import { trialsFor } from './interval.js';
import type { SettingResult } from './measure.js';

/** What follows from a calibration. */
export interface Advice {
  /** The setting to use; the current one to keep it. */
  result: SettingResult;
  kind: 'keep' | 'stricter' | 'looser' | 'odds';
  /** Why, one sentence without its full stop. */
  why: string;
}

/** What an advice depends on, beside the results. */
export interface AdviceOptions {
  /** The setting in use; one of the results. */
  current: SettingResult;
  /** The setting whose odds replace a fixed threshold; null where the odds decide already, or cannot. */
  odds: SettingResult | null;
  /** The part of the strangers that may get a name, 0..1. */
  accepted: number;
}

/**
 * The setting that the photos speak for. It never becomes less strict unless they show that strangers then get no more names
 * than accepted, which takes thousands of strangers for one in a thousand; and becomes stricter where false names are shown,
 * or cost nothing to avoid.
 *
 * @param results the least strict first
 */
export function adviceOf(
  results: readonly SettingResult[],
  { current, odds, accepted }: AdviceOptions,
): Advice {
  const { falseNames, missed } = current;
  const stricter = results.filter(({ threshold }) => threshold > current.threshold);
  if (falseNames.low > accepted) {
    const fitting = stricter.find(
      (one) => one.falseNames.low <= accepted && one.falseNames.count < falseNames.count,
    );
    const shown = `${falseNames.count} of ${falseNames.of} strangers get a name, more than the ${perThousand(accepted)} accepted`;
    if (fitting) return { result: freeOf(fitting, stricter) ?? fitting, kind: 'stricter', why: shown };
    const advice = 'and no setting here prevents it; look at the photos behind the false names first';
    return { result: current, kind: 'keep', why: `${shown}, ${advice}` };
  }
  if (odds && isNoWorse(odds, current)) {
    const why = 'the odds do no worse here than the fixed threshold, and stay right when the gallery grows';
    return { result: odds, kind: 'odds', why };
  }
  if (falseNames.count + current.wrong > 0 && missed.of > 0) {
    const free = freeOf(current, stricter);
    if (free)
      return { result: free, kind: 'stricter', why: 'it gives fewer false names and misses nobody more' };
  }
  return looser(results, current, accepted);
}

function looser(results: readonly SettingResult[], current: SettingResult, accepted: number): Advice {
  const { falseNames, missed, threshold } = current;
  const keep = (why: string): Advice => ({ result: current, kind: 'keep', why });
  const better = results.filter(
    (one) => one.threshold < threshold && one.missed.count < missed.count && one.wrong <= current.wrong,
  );
  if (missed.of === 0) return keep('nothing shows whom another setting would find');
  if (missed.count === 0) return keep('every known face gets its name');
  if (better.length === 0) return keep('no less strict setting finds anybody more');
  const shown = better
    .filter(({ falseNames: { high } }) => high <= accepted)
    .sort((a, b) => a.missed.count - b.missed.count || b.threshold - a.threshold);
  if (shown.length > 0) {
    const why = `it misses ${shown[0].missed.count} instead of ${missed.count} of ${missed.of} known faces, and so many strangers show that false names stay within ${perThousand(accepted)}`;
    return { result: shown[0], kind: 'looser', why };
  }
  const least = Math.min(...better.map((one) => one.missed.count));
  const worth = Math.floor(falseNames.independent);
  const enough = trialsFor(accepted);
  if (worth >= enough) return keep('every setting that finds more gives too many false names');
  const strangers = `${falseNames.of} strangers${worth < falseNames.of ? `, worth ${worth} independent ones,` : ''}`;
  return keep(
    `a less strict one would miss ${least} instead of ${missed.count} of ${missed.of} known faces, but ${strangers} cannot show that it gives no more false names than accepted; that takes ${enough.toLocaleString('en')}`,
  );
}

/** The setting with the fewest false names that is no worse than another in anything; null when none has fewer. */
function freeOf(than: SettingResult, stricter: readonly SettingResult[]): SettingResult | null {
  const free = stricter
    .filter((one) => isNoWorse(one, than) && falseCount(one) < falseCount(than))
    .sort((a, b) => falseCount(a) - falseCount(b) || a.threshold - b.threshold);
  return free[0] ?? null;
}

function isNoWorse(one: SettingResult, than: SettingResult): boolean {
  return (
    one.falseNames.count <= than.falseNames.count &&
    one.missed.count <= than.missed.count &&
    one.wrong <= than.wrong
  );
}

function falseCount({ falseNames, wrong }: SettingResult): number {
  return falseNames.count + wrong;
}

/** `2 in 1,000`. @param share 0..1 */
export function perThousand(share: number): string {
  return `${Number((1000 * share).toPrecision(2))} in 1,000`;
}
