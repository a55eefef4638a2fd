import { closest, distance } from 'fastest-levenshtein';

/** Most names listed where none is near. */
const MOST_LISTED = 30;
/** Shorter words are part of many others. */
const PART = 3;

/** The known word that somebody may have meant by another one; null when none is near. */
export function nearestOf(word: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const small = known.map((one) => one.toLowerCase());
  const guess = closest(word.toLowerCase(), small);
  const edits = distance(word.toLowerCase(), guess);
  const isNear = edits <= Math.max(2, guess.length / 3) && edits < Math.min(word.length, guess.length);
  if (isNear) return known[small.indexOf(guess)];
  // Part of a longer word, such as `doorbell` of `webhook:doorbell`.
  const longer =
    word.length < PART ? [] : known.filter((_, index) => small[index].includes(word.toLowerCase()));
  return longer.length === 1 ? longer[0] : null;
}

/** The end of a refusal of an unknown word: what may have been meant, or what else to do. */
export function meantOr(word: string, known: readonly string[], otherwise: string): string {
  const guess = nearestOf(word, known);
  return guess === null ? otherwise : `did you mean "${guess}"?`;
}

/** As {@link meantOr}; where none is near, the end lists those that there are. @param known at least one */
export function meantOrListed(word: string, known: readonly string[]): string {
  const more = known.length > MOST_LISTED ? ` and ${known.length - MOST_LISTED} more` : '';
  return meantOr(word, known, `valid here: ${known.slice(0, MOST_LISTED).join(', ')}${more}`);
}
