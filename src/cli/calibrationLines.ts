import { type Advice, perThousand } from '../calibration/advice.js';
import { trialsFor } from '../calibration/interval.js';
import type { FalseName, SettingResult, Share } from '../calibration/measure.js';
import type { TrialSource } from '../calibration/trial.js';
import { plural } from '../core/plural.js';
import { plotLines } from './calibrationPlot.js';
import type { CalibrationSources } from './calibrationSources.js';
import { tableLines } from './table.js';

/** A finished calibration. */
export interface Calibration {
  gallery: string;
  models: string;
  sources: CalibrationSources;
  /** The least strict first. */
  results: readonly SettingResult[];
  /** One of `results`. */
  current: SettingResult;
  advice: Advice;
  /** The one that was asked for; null without. */
  chosen: SettingResult | null;
  /** The part of the strangers that may get a name, 0..1. */
  accepted: number;
  /** At the setting in use. */
  wrongNames: readonly FalseName[];
  /** Whether odds decide at the setting in use, and not a fixed threshold. */
  isByOdds: boolean;
  /** Cameras with a threshold of their own, to which this does not apply. */
  ownThresholds: readonly string[];
}

const MAX_LISTED = 5;

/** How each source of strangers is called behind their number. */
const SOURCES: Record<TrialSource, (trials: number, groups: number) => string> = {
  gallery: (trials, groups) =>
    `${plural(trials, 'photo')} of ${groups} people of the gallery, compared with the others`,
  strangers: (trials, groups) => `${plural(trials, 'photo')} of ${people(groups)} (--strangers)`,
  setAside: (trials, groups) => `${plural(trials, 'photo')} of ${people(groups)} set aside in the gallery`,
  clip: (trials) => `${plural(trials, 'track')} (--clip)`,
};
const SOURCE_ORDER: readonly TrialSource[] = ['gallery', 'strangers', 'setAside', 'clip'];

/** Formats a calibration for a terminal of 80 columns. */
export function calibrationLines(calibration: Calibration): string[] {
  const { gallery, models, sources, current, ownThresholds, wrongNames, isByOdds, accepted } = calibration;
  const { photos, people: count, compared } = sources;
  const rule = isByOdds
    ? `match.falseNames ${current.setting.falseNames}: ${perThousand(accepted)} strangers may get a name`
    : `match.threshold ${current.threshold}, fixed`;
  return [
    `${models}, ${gallery}`,
    `${plural(photos, 'photo')} of ${people(count)}; with means, a face is compared with ${compared}`,
    rule,
    '',
    ...sourceLines(calibration),
    '',
    ...plotLines(calibration),
    '',
    ...resultLines(calibration),
    ...certaintyLines(calibration),
    '',
    ...wrongNames.slice(0, MAX_LISTED).map(({ label, name }) => `${label} is taken for ${name}`),
    ...(wrongNames.length > MAX_LISTED
      ? [`${plural(wrongNames.length - MAX_LISTED, 'more is', 'more are')} taken for others`]
      : []),
    ...(wrongNames.length > 0 ? [''] : []),
    adviceLine(calibration),
    ...(ownThresholds.length > 0
      ? [`not for ${ownThresholds.join(', ')}: a threshold of its own applies there`]
      : []),
  ];
}

function sourceLines(calibration: Calibration): string[] {
  const { trials, peopleWithSeveral, unusableTracks } = calibration.sources;
  const known = `${plural(trials.known.length, 'photo')} of ${people(peopleWithSeveral)}, each compared with the gallery without it`;
  const unusable = unusableTracks
    ? [`${plural(unusableTracks, 'track')} without a usable look, left out`]
    : [];
  const strangers = countSources(calibration).map(
    ({ source, faces, people: count, named }) => `${SOURCES[source](faces, count)}: ${named} named`,
  );
  return [
    `known      ${peopleWithSeveral === 0 ? 'none: nobody has two photos, so missed names are not measured' : known}`,
    ...[...strangers, ...unusable].map(
      (text, index) => `${(index === 0 ? 'strangers' : '').padEnd(11)}${text}`,
    ),
  ];
}

/** How many strangers there are by source, and how many of them get a name at the setting in use. */
export function countSources({ sources: { trials }, current }: Pick<Calibration, 'sources' | 'current'>) {
  return SOURCE_ORDER.flatMap((source) => {
    const own = trials.strangers.filter((trial) => trial.source === source);
    if (own.length === 0) return [];
    const named = own.filter((trial) => trial.nameAt(current.setting) !== null).length;
    return [{ source, faces: own.length, people: new Set(own.map(({ group }) => group)).size, named }];
  });
}

function resultLines({ results, current, advice, chosen }: Calibration): string[] {
  const isFixed =
    current.setting.threshold !== null && results.every(({ setting }) => setting.threshold !== null);
  const nameOf = ({ setting }: SettingResult) =>
    setting.threshold === null
      ? String(setting.falseNames)
      : isFixed
        ? setting.threshold.toFixed(2)
        : `fixed ${setting.threshold}`;
  const markOf = (result: SettingResult) => {
    if (result === current) return ' in use';
    if (result === advice.result) return ' better';
    return result === chosen ? ' asked for' : '';
  };
  const hasWrong = results.some(({ wrong }) => wrong > 0);
  return tableLines([
    [
      isFixed ? 'match.threshold' : 'match.falseNames',
      'threshold',
      'false names',
      'of 100',
      'missed',
      'of 100',
      ...(hasWrong ? ['wrong'] : []),
    ],
    ...results.map((result) => [
      `${nameOf(result)}${markOf(result)}`,
      result.threshold.toFixed(2),
      ...shareCells(result.falseNames),
      ...shareCells(result.missed),
      ...(hasWrong ? [String(result.wrong)] : []),
    ]),
  ]);
}

/** How sure the numbers are. */
function certaintyLines({ current: { falseNames, missed }, accepted }: Calibration): string[] {
  const worth = [
    { ...falseNames, what: 'strangers' },
    { ...missed, what: 'known faces' },
  ]
    .filter(({ of, independent }) => Math.floor(independent) < of)
    .map(({ of, independent, what }) => `${of} ${what} are worth ${Math.floor(independent)}`);
  const lines = ['of 100: where the true share lies, with 95 % confidence'];
  if (worth.length > 0) lines.push(`photos of one person resemble each other: the ${worth.join(', the ')}`);
  if (falseNames.high > accepted)
    lines.push(
      `to show that at most ${perThousand(accepted)} strangers get a name takes ${trialsFor(accepted).toLocaleString('en')} without a name`,
    );
  return lines;
}

function shareCells({ count, of, low, high }: Share): [string, string] {
  if (of === 0) return ['-', '-'];
  return [`${count} of ${of}`, `${inHundred(low)} to ${inHundred(high)}`];
}

function adviceLine({ advice, isByOdds }: Calibration): string {
  const { kind, why, result } = advice;
  const { falseNames, threshold } = result.setting;
  const name = threshold === null ? `match.falseNames: ${falseNames}` : `match.threshold: ${threshold}`;
  if (kind === 'keep') return `Keep ${name}: ${why}.`;
  const instead = threshold === null && !isByOdds ? ' and match.threshold: null' : '';
  return `Use ${name}${instead}: ${why}.`;
}

function inHundred(share: number): string {
  const hundredth = 100 * share;
  return hundredth < 10 ? String(Number(hundredth.toFixed(1))) : hundredth.toFixed(0);
}

function people(count: number): string {
  return count === 1 ? '1 person' : `${count} people`;
}
