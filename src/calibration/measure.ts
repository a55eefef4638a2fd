import { policyFor } from '../track/policy.js';
import { independentOf } from './independent.js';
import { type Interval, intervalOf } from './interval.js';
import type { Setting, Trial, TrialSource } from './trial.js';

/** A share and how sure it is. */
export interface Share extends Interval {
  count: number;
  of: number;
  /** Number of independent trials that they are worth, at most `of`. */
  independent: number;
}

/** What a setting gives. */
export interface SettingResult {
  setting: Setting;
  /** Similarity from which one look is a name in this gallery, -1..1. */
  threshold: number;
  /** Strangers who get a name. */
  falseNames: Share;
  /** Known faces that do not get their name; among them those with another one. */
  missed: Share;
  /** Known faces that get somebody else's name. */
  wrong: number;
}

/** A stranger or known face with somebody's name. */
export interface FalseName {
  label: string;
  name: string;
  source: TrialSource;
}

/** Faces of a known origin. */
export interface Trials {
  known: readonly Trial[];
  strangers: readonly Trial[];
}

/**
 * Judges all faces at some settings.
 *
 * @param compared number of photos, and means of photos, in the gallery
 * @returns the least strict first: by threshold, then by false names
 */
export function measureSettings(
  { known, strangers }: Trials,
  settings: readonly Setting[],
  compared: number,
): SettingResult[] {
  const independentKnown = worthOf(known);
  const independentStrangers = worthOf(strangers);
  return settings
    .map((setting) => {
      const names = known.map((trial) => trial.nameAt(setting));
      const isRight = (index: number) => names[index] === known[index].group;
      const named = strangers.filter((trial) => trial.nameAt(setting) !== null).length;
      const missed = known.filter((_, index) => !isRight(index)).length;
      return {
        setting,
        threshold: policyFor(setting.policy, compared).threshold,
        falseNames: shareOf(named, strangers.length, independentStrangers),
        missed: shareOf(missed, known.length, independentKnown),
        wrong: names.filter((name, index) => name !== null && !isRight(index)).length,
      };
    })
    .sort((a, b) => a.threshold - b.threshold || b.setting.falseNames - a.setting.falseNames);
}

/** Everybody with a wrong name at a setting. */
export function falseNamesAt({ known, strangers }: Trials, setting: Setting): FalseName[] {
  return [...strangers, ...known].flatMap((trial) => {
    const name = trial.nameAt(setting);
    const isRight = known.includes(trial) && name === trial.group;
    return name === null || isRight ? [] : [{ label: trial.label, name, source: trial.source }];
  });
}

function shareOf(count: number, of: number, independent: number): Share {
  const part = of === 0 ? 0 : independent / of;
  return { count, of, independent, ...intervalOf(count * part, independent) };
}

/** The number of independent trials; those of different sources are. */
function worthOf(trials: readonly Trial[]): number {
  const bySource = new Map<TrialSource, Trial[]>();
  for (const trial of trials) bySource.set(trial.source, [...(bySource.get(trial.source) ?? []), trial]);
  let worth = 0;
  for (const own of bySource.values()) {
    const values = own.map(({ similarity }) => similarity);
    const groupings = [own.map(({ group }) => group)];
    // Two people who are compared with each other both ways are one comparison.
    if (own[0].source === 'gallery') groupings.push(own.map(({ pair }) => pair));
    worth += Math.min(...groupings.map((groups) => independentOf(values, groups)));
  }
  return worth;
}
