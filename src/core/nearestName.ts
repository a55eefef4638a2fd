import { closest, distance } from 'fastest-levenshtein';

/** Most names listed where none is near. */
const MOST_LISTED = 30;

/** The known name that was probably meant; null when none is near. Upper and lower case are the same. */
export function nearestName(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const lower = name.toLowerCase();
  const names = known.map((one) => one.toLowerCase());
  const guess = closest(lower, names);
  return distance(lower, guess) <= Math.max(2, guess.length / 2) ? known[names.indexOf(guess)] : null;
}

/** What to say after "there is no such name": the one that was probably meant, or those that there are. @param known at least one */
export function didYouMean(name: string, known: readonly string[]): string {
  const guess = nearestName(name, known);
  if (guess !== null) return `did you mean "${guess}"?`;
  const more = known.length > MOST_LISTED ? ` and ${known.length - MOST_LISTED} more` : '';
  return `valid here: ${known.slice(0, MOST_LISTED).join(', ')}${more}`;
}
