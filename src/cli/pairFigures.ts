import type { MeasuredPairRow, NamedPair } from '../../bench/pairs.js';
import { plural } from '../core/plural.js';
import { programCall } from '../core/programCall.js';
import { isVariant } from '../models/variant.js';
import { type KnownPair, modelsOf } from './knownPairs.js';
import type { ModelsPlace } from './modelsPlace.js';
import { tableLines } from './table.js';

/** What is known of a pair beside its figures. */
export interface PairFacts extends NamedPair {
  /** Whether its detector and its embedder compute in floats or in whole numbers. */
  numbers: string;
  licences: string[];
}

/** Whether the models of a pair compute in floats or in whole numbers, as `float`, `int8` or `int8 + float`. */
export function numbersOf(pair: KnownPair, place: Pick<ModelsPlace, 'entries'>): string {
  const each = modelsOf(pair, place).map((entry) => (entry && isVariant(entry) ? 'int8' : 'float'));
  return [...new Set(each)].join(' + ');
}

/**
 * The figures of pairs as a table, for a terminal. Columns of accuracy are left out where it was not measured.
 *
 * @param left pairs that were not measured, since they are not installed
 * @param about the conditions
 */
export function figureLines(
  rows: readonly MeasuredPairRow<PairFacts>[],
  left: readonly NamedPair[],
  about: string,
): string[] {
  const done = rows.flatMap((row) => (row.figures ? [{ ...row, figures: row.figures }] : []));
  const verified = done.some(({ figures }) => figures.verification);
  const identified = done.find(({ figures }) => figures.identification)?.figures.identification;
  const unreadable = Math.max(0, ...done.map(({ figures }) => figures.unreadable));
  const table = tableLines([
    [
      'pair',
      'numbers',
      'frames/s',
      'ms a frame',
      'ms a face',
      'MB',
      ...(verified ? ['same', 'different'] : []),
      ...(identified ? ['right', 'wrong', 'strangers'] : []),
      'licence',
    ],
    ...done.map(({ numbers, licences, figures, ...pair }) => {
      const { verification, identification } = figures;
      return [
        nameOf(pair),
        numbers,
        figures.framesPerSecond.toFixed(1),
        figures.detectMs.toFixed(1),
        figures.embedMs.toFixed(1),
        figures.peakMb.toFixed(0),
        ...(verification
          ? [verification.same, verification.different].map((one) => share(one.accepted, one.pairs))
          : []),
        ...(identification
          ? [
              share(identification.known.right, identification.known.photos),
              share(identification.known.wrong, identification.known.photos),
              share(identification.strangers.wrong, identification.strangers.photos),
            ]
          : []),
        licences.join(', '),
      ];
    }),
  ]);
  return [
    about,
    '',
    ...table,
    '',
    'frames/s on all cores; ms of one thread; MB: most memory of the process while it scanned, without ffmpeg',
    ...(verified
      ? ['same, different: pairs of photos accepted as one person, at the threshold of the embedder']
      : []),
    ...(identified
      ? [`right, wrong, strangers: photos named, with ${identified.people} people in the gallery`]
      : []),
    ...(unreadable > 0
      ? [`${plural(unreadable, 'labelled photo')} cannot be read, and not named or accepted`]
      : []),
    ...(left.length > 0
      ? [`not installed: ${left.map(nameOf).join(', ')}; see "${programCall()} models list"`]
      : []),
    ...(done.some(({ numbers }) => numbers.includes('int8'))
      ? []
      : [`no int8 variants here: "${programCall()} models quantize ID --calibrate PATH" makes them`]),
  ];
}

function nameOf({ detector, embedder }: NamedPair): string {
  return `${detector} + ${embedder}`;
}

function share(some: number, all: number): string {
  return all === 0 ? '-' : `${((100 * some) / all).toFixed(1)} %`;
}
