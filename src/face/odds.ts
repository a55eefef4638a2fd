import type { Quality } from './quality.js';

/** How much a look can be expected to show: see {@link lookClass}. */
export type LookClass = 'frontal' | 'turned' | 'poor';

/**
 * How similar faces are to an embedder, measured on labelled photos (`spotter bench curves`). How similar different people are
 * does not depend on the quality of a look: small and turned faces have the same tail, and so have blurred ones down to a sharpness.
 * How similar one person's looks are does.
 */
export interface SimilarityCurves {
  /** ln of the probability that two photos of different people are at least this similar: a + b s + c s². */
  different: readonly [a: number, b: number, c: number];
  /** Standard deviation of what one stranger's similarities to everybody have in common: some faces resemble many. */
  shift: number;
  /**
   * Sharpness below which faces of different people become alike to this embedder, from 0; see sharpness() in face/quality. One that
   * learned on blurred faces tells them apart longer.
   */
  distinctFrom: number;
  /** Similarity of a look to a photo of the same person, by class of the look. */
  same: Readonly<Record<LookClass, readonly [median: number, deviation: number]>>;
}

/** What the odds of a name depend on, besides the face. */
export interface Odds {
  curves: SimilarityCurves;
  /** Number of photos, and means of photos, that a face is compared with. */
  compared: number;
  /** Accepted probability that a stranger gets a name, 0..1. */
  falseNames: number;
  /** How often a passer-by is in the gallery, 0..1. */
  prior: number;
}

/**
 * A comparison with the gallery: one look, or all looks of a track together. The sum of a stranger's looks is as similar to
 * photos of others as one look, so both are judged alike.
 */
export interface Comparison {
  /** To the nearest person, -1..1. */
  similarity: number;
  /** To the nearest other person; null when there is nobody else. */
  runnerUp: number | null;
  /** Of the heaviest look; see sharpness() in face/quality. null: not measured, taken for sharp. */
  sharpness: number | null;
}

const FRONTAL_DEG = 35;
const SEEN_WHOLE = 0.85;
const LARGE_PX = 56;
const SHARP = 0.1;
/** The runner-up of a stranger is as likely above as below the similarity that this many of the others exceed. */
const MEDIAN_RUNNER_UP = 1.7;
/** Variance of the largest of many values, in squares of the scale of their tail; that of the second largest. */
const RUNNER_UP_VARIANCE = 0.64;
/** Below this similarity, the odds of a look are not of interest, and the curve is flat. */
const FLAT_BELOW = 0.1;
/** Bounds of {@link canTellApart}; one pair of people in a thousand is rare. */
const FALLING_FROM = 0.5;
const LN_RARE = Math.log(0.001);
/** Part of the looks at a known person that show something else: a hand, another face. */
const MISSHOWN = 0.05;

/** The class of a look: turned from 35° or where a part of the face is hidden, else poor below 56 px or a sharpness of 0.1. */
export function lookClass({ yawDeg, pitchDeg, visibility, sizePx, sharpness }: Quality): LookClass {
  const turnDeg = Math.max(Math.abs(yawDeg), Math.abs(pitchDeg));
  if (turnDeg > FRONTAL_DEG || visibility < SEEN_WHOLE) return 'turned';
  return sizePx < LARGE_PX || (sharpness ?? 1) < SHARP ? 'poor' : 'frontal';
}

/**
 * Whether a curve can be that of an embedder which tells people apart: from a similarity of 0.5 on at the latest it falls, chance
 * explains low similarities, and does not explain equality.
 */
export function canTellApart(different: SimilarityCurves['different']): boolean {
  const [a, b, c] = different;
  const at = (s: number) => a + b * s + c * s * s;
  return -b / (2 * c) <= FALLING_FROM && at(FLAT_BELOW) >= LN_RARE && at(1) <= LN_RARE;
}

/** ln of the probability that two different people are at least this similar; at most 0. */
export function lnDifferent(similarity: number, { different: [a, b, c] }: SimilarityCurves): number {
  const s = Math.max(similarity, FLAT_BELOW, -b / (2 * c));
  return Math.min(0, a + b * s + c * s * s);
}

/** The similarity that different people reach with this probability (as ln); the inverse of {@link lnDifferent}. */
function similarityAt(ln: number, { different: [a, b, c] }: SimilarityCurves): number {
  const discriminant = b * b - 4 * c * (a - ln);
  if (discriminant <= 0) return Math.max(-b / (2 * c), FLAT_BELOW);
  const root = Math.sqrt(discriminant);
  // Both are the same root; a nearly straight curve leaves the first one without digits where b is negative.
  return Math.max(b > 0 ? (-b - root) / (2 * c) : (2 * (a - ln)) / (root - b), FLAT_BELOW);
}

/** The similarity from which one look is a name in this gallery, -1..1. */
export function nameThreshold(odds: Odds): number {
  const ln = Math.log(acceptedShare(odds) / Math.max(1, odds.compared));
  return Math.min(1, similarityAt(ln, odds.curves));
}

/** The part of the strangers who may get a name, from 0; where nearly everybody is known, more than all. */
export function acceptedShare({ falseNames, prior }: Pick<Odds, 'falseNames' | 'prior'>): number {
  return (falseNames * prior) / (1 - prior);
}

/**
 * What a comparison is worth, as a similarity that is as rare among strangers. Somebody who resembles many is less similar to
 * each; blurred looks show little.
 *
 * @returns -1..1
 */
export function weighedSimilarity(
  { similarity, runnerUp, sharpness }: Comparison,
  { curves, compared }: Odds,
): number {
  const isBlurred = sharpness !== null && sharpness < curves.distinctFrom;
  const distinct = isBlurred ? sharpness / curves.distinctFrom : 1;
  const own = distinct * similarity - (runnerUp === null ? 0 : commonPart(runnerUp, compared, curves));
  return Math.max(-1, Math.min(1, own));
}

/**
 * What the runner-up says about the similarity to the nearest person. Above expectation, this face resembles many. And what it
 * explains no longer spreads the similarities of strangers, whose tail is that much shorter.
 */
function commonPart(runnerUp: number, compared: number, curves: SimilarityCurves): number {
  const [, b, c] = curves.different;
  const expected = similarityAt(Math.log(Math.min(1, MEDIAN_RUNNER_UP / compared)), curves);
  const steepness = Math.max(1, -(b + 2 * c * expected));
  const spread = curves.shift ** 2 + RUNNER_UP_VARIANCE / steepness ** 2;
  const part = curves.shift ** 2 / spread;
  const explained = spread * (1 - (1 - part) ** 2);
  return part * (runnerUp - expected) - (steepness * explained) / 2;
}

/**
 * How many strangers look this much like somebody in the gallery.
 *
 * @param weighed see {@link weighedSimilarity}
 * @returns 0..1
 */
export function strangerShare(weighed: number, { curves, compared }: Odds): number {
  // As 1 - (1 - p)^n, but exact for the smallest p.
  return -Math.expm1(Math.max(1, compared) * Math.log1p(-Math.exp(lnDifferent(weighed, curves))));
}

/** Odds that the name is wrong: {@link strangerShare}, times how often strangers come by for each known person; from 0. */
export function wrongOdds(weighed: number, odds: Odds): number {
  return (strangerShare(weighed, odds) * (1 - odds.prior)) / odds.prior;
}

/** Odds that the runner-up is the right one instead of the nearest person; 0 without a runner-up. */
export function rivalOdds({ similarity, runnerUp }: Comparison, { curves }: Odds, look: LookClass): number {
  if (runnerUp === null) return 0;
  const support = (s: number) => lnSame(s, curves.same[look]) - lnDensity(s, curves);
  return Math.exp(Math.min(0, support(runnerUp) - support(similarity)));
}

/** How many looks at a known person are at most this similar to the photo, 0..1. */
export function knownShare(similarity: number, { curves }: Odds, look: LookClass): number {
  const [median, deviation] = curves.same[look];
  return logistic((1.702 * (similarity - median)) / deviation);
}

/**
 * Odds that a face which is this little similar to anybody is somebody known: how often a known person is at most this similar,
 * against how often a stranger is at least this similar; from 0.
 */
export function knownOdds(similarity: number, odds: Odds, look: LookClass): number {
  const known = knownShare(similarity, odds, look);
  return ((known / strangerShare(similarity, odds)) * odds.prior) / (1 - odds.prior);
}

/** ln of the density of looks at the same person; above the median no look speaks against the person. */
function lnSame(similarity: number, [median, deviation]: readonly [number, number]): number {
  const away = Math.min(0, similarity - median) / deviation;
  const density = Math.exp(-(away ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI));
  return Math.log(MISSHOWN + (1 - MISSHOWN) * density);
}

function lnDensity(similarity: number, curves: SimilarityCurves): number {
  const [, b, c] = curves.different;
  return lnDifferent(similarity, curves) + Math.log(Math.max(1, -(b + 2 * c * similarity)));
}

/** Close to the normal distribution with the factor 1.702. */
function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
