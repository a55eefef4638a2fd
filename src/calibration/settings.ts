import type { TrackPolicy } from '../track/state.js';
import type { Setting } from './trial.js';

/** The part of the configuration that decides about names. */
export type MatchLimits = Pick<Setting, 'falseNames' | 'threshold'>;

/** The settings to compare. */
export interface Settings {
  /** In no particular order, each once. */
  all: Setting[];
  /** The one in use, which is in `all`. */
  current: Setting;
  /** In `all`: the odds, where a fixed threshold is in their place; else null. */
  odds: Setting | null;
  /** In `all`: the one that was asked for; null without. */
  wanted: Setting | null;
  /** At which only somebody gets a name who is in the gallery beyond doubt; not in `all`. */
  beyondDoubt: Setting;
}

const FALSE_NAMES = [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001];
/** Relative to the threshold in use, for an embedder without curves. */
const STEPS = [-0.15, -0.1, -0.05, 0.05, 0.1, 0.15];
const LEAST_FALSE_NAMES = 1e-6;
/** No pair of 1,500 people of LFW is more similar than a match by this. */
const DOUBTLESS_ABOVE = 0.2;

/**
 * The settings that a calibration compares: of `match.falseNames`, or for an embedder without curves, of `match.threshold`.
 *
 * @param policyAt the policy that follows from a setting
 * @param wanted a value of `match.falseNames` to include; null for none
 */
export function settingsFor(
  match: MatchLimits,
  policyAt: (limits: MatchLimits) => TrackPolicy,
  wanted: number | null = null,
): Settings {
  const settingAt = (limits: MatchLimits): Setting => ({ ...limits, policy: policyAt(limits) });
  const current = settingAt(match);
  const byOdds = { ...match, threshold: null };
  const hasCurves = policyAt(byOdds).odds !== null;
  if (!hasCurves) {
    const { threshold } = current.policy;
    const fixed = { ...current, threshold };
    const others = STEPS.map((step) => Math.round(100 * (threshold + step)) / 100)
      .filter((value) => Math.abs(value) < 1)
      .map((value) => settingAt({ ...match, threshold: value }));
    const beyondDoubt = settingAt({ ...match, threshold: Math.min(1, threshold + DOUBTLESS_ABOVE) });
    return { all: [fixed, ...others], current: fixed, odds: null, wanted: null, beyondDoubt };
  }
  const values = new Set([...FALSE_NAMES, match.falseNames, ...(wanted === null ? [] : [wanted])]);
  const odds = [...values].map((falseNames) => settingAt({ falseNames, threshold: null }));
  const find = (falseNames: number | null) => odds.find((one) => one.falseNames === falseNames) ?? null;
  const own = match.threshold === null ? (find(match.falseNames) ?? current) : current;
  return {
    all: match.threshold === null ? odds : [current, ...odds],
    current: own,
    odds: match.threshold === null ? null : find(match.falseNames),
    wanted: find(wanted),
    beyondDoubt: settingAt({ falseNames: LEAST_FALSE_NAMES, threshold: null }),
  };
}
