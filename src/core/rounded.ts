/** More digits show nothing that anybody could read. */
const MOST_DIGITS = 12;

/**
 * Rounds a value and its limit to as few digits as keep them apart: 0.349 and 0.35, not 0.35 and 0.35. Equal numbers stay equal.
 *
 * @param digits after the point, at least
 */
export function roundedApart(value: number, limit: number, digits: number): [value: number, limit: number] {
  const enough = digitsApart(value, limit, digits);
  return [Number(value.toFixed(enough)), Number(limit.toFixed(enough))];
}

/** {@link roundedApart} as texts of the same number of digits: `0.349` and `0.350`. */
export function writtenApart(value: number, limit: number, digits: number): [value: string, limit: string] {
  const enough = digitsApart(value, limit, digits);
  return [value.toFixed(enough), limit.toFixed(enough)];
}

function digitsApart(value: number, limit: number, digits: number): number {
  let enough = digits;
  while (value !== limit && enough < MOST_DIGITS && value.toFixed(enough) === limit.toFixed(enough)) enough++;
  return enough;
}
