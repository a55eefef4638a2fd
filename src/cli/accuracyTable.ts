import type { AccuracyResult } from '../../bench/accuracy.js';
import type { IdentificationRow } from '../../bench/identification.js';
import type { VerificationResult } from '../../bench/verification.js';
import { tableLines } from './table.js';

/** Formats a measurement of accuracy as tables, for a terminal. */
export function accuracyLines(result: AccuracyResult): string[] {
  const { kind, detector, embedder, threshold, face, verification, identification } = result;
  const meant = face === 'largest' ? 'the largest face' : 'the face nearest the middle';
  return [
    `${detector} + ${embedder}, ${ruleOf(result)}, ${meant} of each photo`,
    '',
    ...photoLines(result),
    '',
    ...(verification ? verificationLines(verification, threshold) : []),
    ...(verification && kind === 'pairs' ? ['', foldLine(verification)] : []),
    ...(identification ? identificationLines(identification) : []),
  ];
}

function ruleOf({ threshold, margin, odds, identification }: AccuracyResult): string {
  return odds && identification
    ? `names by odds (falseNames ${odds.falseNames}, prior ${odds.prior})`
    : `threshold ${threshold}${odds ? '' : `, margin ${margin}`}`;
}

function photoLines({ photos }: AccuracyResult): string[] {
  return tableLines([
    ['', 'photos', 'usable face', 'unusable face', 'no face', 'unreadable'],
    ...Object.entries(photos).map(([name, counts]) => [
      name === 'all' ? 'photos' : name,
      ...[counts.photos, counts.usable, counts.unusable, counts.noFace, counts.unreadable].map(whole),
    ]),
  ]);
}

function verificationLines({ same, different, rates }: VerificationResult, threshold: number): string[] {
  const accepted = tableLines([
    ['', 'pairs', `from ${threshold}`, 'share'],
    ...[
      { name: 'same person', ...same },
      { name: 'different people', ...different },
    ].map(({ name, pairs, accepted }) => [name, whole(pairs), whole(accepted), share(accepted, pairs, 2)]),
  ]);
  const atFar = tableLines([
    ['false accepts', 'true accepts', 'above'],
    ...rates.map(({ far, tpr, above }) => [
      `1 in ${whole(Math.round(1 / far))}`,
      tpr === null ? '-' : percent(tpr, 1),
      above === null ? '-' : above.toFixed(3),
    ]),
  ]);
  return [...accepted, '', ...atFar];
}

function foldLine({ folds }: VerificationResult): string {
  const accuracy = folds
    ? `${percent(folds.mean, 2)}, standard error ${percent(folds.standardError, 2)}`
    : '-';
  return `accuracy over folds  ${accuracy}`;
}

function identificationLines(rows: readonly IdentificationRow[]): string[] {
  return tableLines([
    ['gallery', '', '', 'known people', '', '', '', '', '', 'strangers', '', ''],
    [
      'people',
      'draws',
      'threshold',
      'photos',
      'right',
      'wrong',
      'ambiguous',
      'unknown',
      'unusable',
      'photos',
      'named',
      'ambiguous',
    ],
    ...rows.map(({ people, draws, threshold, known, strangers }) => [
      whole(people),
      String(draws),
      threshold.toFixed(3),
      whole(known.photos),
      ...[known.right, known.wrong, known.ambiguous, known.unknown, known.unusable].map((photos) =>
        share(photos, known.photos, 1),
      ),
      whole(strangers.photos),
      ...[strangers.wrong, strangers.ambiguous].map((photos) => share(photos, strangers.photos, 1)),
    ]),
  ]);
}

function whole(value: number): string {
  return value.toLocaleString('en');
}

function share(some: number, all: number, digits: number): string {
  return all === 0 ? '-' : percent(some / all, digits);
}

function percent(value: number, digits: number): string {
  return `${(100 * value).toFixed(digits)} %`;
}
