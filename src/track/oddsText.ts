/** The part of the strangers who look this much like somebody, 0..1, in words. */
export function oneIn(share: number): string {
  if (share > 2 / 3) return 'every stranger';
  return `1 stranger in ${roughly(1 / share)}`;
}

/** `1 : 2,000`, as far as the curves can be trusted. @param odds from 0 */
export function asOdds(odds: number): string {
  return odds >= 1 ? `${roughly(odds)} : 1` : `1 : ${roughly(1 / odds)}`;
}

/** Two significant digits; more than a million is not known. */
function roughly(number: number): string {
  if (number >= 1e6) return 'over 1,000,000';
  return Number(number.toPrecision(2)).toLocaleString('en-US');
}
