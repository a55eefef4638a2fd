/**
 * How many independent values some values in groups are worth: photos of one person resemble each other, so that ten of them
 * show less than one photo each of ten people. By the intraclass correlation of an analysis of variance and Kish's design
 * effect, 1 + (m - 1) r for groups of size m with correlation r.
 *
 * @param groups group of each value
 * @returns from 1 (0 without values) to the number of values
 */
export function independentOf(values: readonly number[], groups: readonly string[]): number {
  const total = values.length;
  if (total <= 1) return total;
  const byGroup = new Map<string, number[]>();
  for (const [index, value] of values.entries()) {
    const own = byGroup.get(groups[index]);
    if (own) own.push(value);
    else byGroup.set(groups[index], [value]);
  }
  const count = byGroup.size;
  if (count === total) return total;
  if (count === 1) return 1;
  const all = meanOf(values);
  let between = 0;
  let within = 0;
  let squares = 0;
  for (const own of byGroup.values()) {
    const mean = meanOf(own);
    between += own.length * (mean - all) ** 2;
    within += own.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    squares += own.length ** 2;
  }
  const varianceBetween = between / (count - 1);
  const varianceWithin = within / (total - count);
  // Of groups of different size, the one that fits the analysis of variance.
  const typical = (total - squares / total) / (count - 1);
  const spread = varianceBetween + (typical - 1) * varianceWithin;
  const correlation = spread > 0 ? Math.max(0, (varianceBetween - varianceWithin) / spread) : 1;
  return total / (1 + (squares / total - 1) * correlation);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
