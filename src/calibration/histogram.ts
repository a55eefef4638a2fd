/** Values in one range. */
export interface Bin {
  from: number;
  /** Excluded. */
  to: number;
  known: number;
  strangers: number;
}

/**
 * Counts values in bins of equal width, from the first that is not empty to the last.
 *
 * @param width of a bin
 * @param splitAt an edge in between: the bin that contains it becomes two; null for none
 */
export function histogramOf(
  { known, strangers }: { known: readonly number[]; strangers: readonly number[] },
  width: number,
  splitAt: number | null = null,
): Bin[] {
  const all = [...known, ...strangers, ...(splitAt === null ? [] : [splitAt])];
  if (all.length === 0) return [];
  const lowest = all.reduce((a, b) => Math.min(a, b));
  const highest = all.reduce((a, b) => Math.max(a, b));
  const first = Math.floor(lowest / width);
  const last = Math.max(first + 1, Math.floor(highest / width) + 1);
  const edges = Array.from({ length: last - first + 1 }, (_, index) => round((first + index) * width));
  if (splitAt !== null && !edges.includes(splitAt)) edges.push(splitAt);
  edges.sort((a, b) => a - b);
  return edges.slice(0, -1).map((from, index) => {
    const to = edges[index + 1];
    const inside = (values: readonly number[]) =>
      values.filter((value) => value >= from && value < to).length;
    return { from, to, known: inside(known), strangers: inside(strangers) };
  });
}

/** 3 x 0.1 is 0.3. */
function round(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
