/** Bounds that hold in 95 of 100 measurements, both 0..1. */
export interface Interval {
  low: number;
  high: number;
}

/** Probability beyond each bound. */
const TAIL = 0.025;
/** Halvings of 0..1: as exact as a double. */
const HALVINGS = 60;
const MOST_TERMS = 1000;

/**
 * The interval of a share with 95 % confidence, by Clopper and Pearson: it errs on the wide side, above all with few trials.
 *
 * @param hits number of hits, from 0; may be fractional where trials depend on each other and are worth fewer
 * @param trials at least `hits`; 0 shows nothing
 */
export function intervalOf(hits: number, trials: number): Interval {
  if (!(trials > 0)) return { low: 0, high: 1 };
  const misses = trials - hits;
  return {
    low: hits <= 0 ? 0 : betaQuantile(TAIL, hits, misses + 1),
    high: misses <= 0 ? 1 : betaQuantile(1 - TAIL, hits + 1, misses),
  };
}

/** The number of trials without a hit from which the share is below `share` with 95 % confidence; share 0..1. */
export function trialsFor(share: number): number {
  return Math.ceil(Math.log(TAIL) / Math.log1p(-share));
}

function betaQuantile(probability: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (betaShare(middle, a, b) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised incomplete beta function, by its continued fraction (Numerical Recipes, 6.4). */
function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b;
}

function fraction(x: number, a: number, b: number): number {
  const away = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      result *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-14) break;
  }
  return result;
}

/** ln of the gamma function for x > 0, by Stirling's series from 10 on. */
function lnGamma(x: number): number {
  if (x < 10) return lnGamma(x + 1) - Math.log(x);
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series;
}
