/** Scale and zero point of a tensor in bytes: value = (byte - zero) * scale. */
export interface ByteScale {
  scale: number;
  /** 0..255. */
  zero: number;
}

/** The scale with which bytes cover a range; 0 is one of the values exactly, since borders are filled with it. */
export function byteScale(low: number, high: number): ByteScale {
  const [from, to] = [Math.min(0, low), Math.max(0, high)];
  const scale = Math.fround((to - from) / 255);
  if (!(scale > 0)) return { scale: 1, zero: 0 };
  return { scale, zero: Math.min(255, Math.max(0, Math.round(-from / scale))) };
}

/** Bins on each side of 0. */
const BINS = 4096;
const FIRST_TOP = 2 ** -10;
/** Which parts of the range are tried as limits, at either end. */
const SHARES = Array.from({ length: 30 }, (_, index) => 1 - index * 0.025);

/** How often a tensor has which values; takes values of any size, since its bins double in width when one lies beyond. */
export class ValueHistogram {
  readonly #bins = new Float64Array(2 * BINS);
  #top = FIRST_TOP;
  #low = 0;
  #high = 0;

  /** Smallest and largest value so far, and 0. */
  get limits(): [low: number, high: number] {
    return [this.#low, this.#high];
  }

  /** @throws RangeError for infinite values */
  add(values: Float32Array): void {
    let low = this.#low;
    let high = this.#high;
    // Plain loops: tens of millions of values per picture.
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    if (!Number.isFinite(high - low)) throw new RangeError('not a finite number');
    this.#low = low;
    this.#high = high;
    while (Math.max(high, -low) >= this.#top) this.#double();
    const perValue = BINS / this.#top;
    const bins = this.#bins;
    for (let i = 0; i < values.length; i++) bins[(values[i] * perValue + BINS) | 0]++;
  }

  /**
   * The scale with the least mean squared error: values beyond its limits are cut off, which pays where few large values would
   * make the steps wide for all others.
   */
  bestScale(): ByteScale {
    const shares = (limit: number) => (limit === 0 ? [1] : SHARES);
    let best = { scale: byteScale(this.#low, this.#high), error: Infinity };
    for (const below of shares(this.#low)) {
      for (const above of shares(this.#high)) {
        const scale = byteScale(this.#low * below, this.#high * above);
        const error = this.#error(scale);
        if (error < best.error) best = { scale, error };
      }
    }
    return best.scale;
  }

  /** Sum of the squared errors when all values are written in bytes. */
  #error({ scale, zero }: ByteScale): number {
    const [lowest, highest] = [-zero * scale, (255 - zero) * scale];
    const width = this.#top / BINS;
    const rounding = (scale * scale) / 12;
    const bins = this.#bins;
    let sum = 0;
    for (let index = 0; index < bins.length; index++) {
      const count = bins[index];
      // A value of 0 has no error.
      if (count === 0 || index === BINS) continue;
      const value = (index - BINS + 0.5) * width;
      const beyond = value < lowest ? lowest - value : value > highest ? value - highest : 0;
      sum += count * (beyond * beyond + rounding);
    }
    return sum;
  }

  /** Makes every bin twice as wide. */
  #double(): void {
    const old = this.#bins.slice();
    this.#bins.fill(0);
    for (const [index, count] of old.entries()) this.#bins[Math.floor((index - BINS) / 2) + BINS] += count;
    this.#top *= 2;
  }
}
