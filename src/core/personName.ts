import { visible } from './visible.js';

/** Most characters in a name. */
const MAX_LENGTH = 64;
const JOINERS = '\u200c\u200d';
/** With marks, such as vowel signs; joiners are written inside words of Persian, Hindi and Sinhala. */
const ALLOWED = /[\p{L}\p{M}\p{N} _'\u2018\u2019\u2010\u2013\u2014\u00b7\u30fb\u05f3.-]|\u200c|\u200d/u;
const NO_START = /[\p{M}.]|\u200c|\u200d/u;
const RULE =
  'use letters of any script, digits, spaces, hyphens, dashes, apostrophes, underscores, and full stops inside';

/** What is wrong with a person's name, in one sentence; null when nothing is. */
export function nameFault(person: string): string | null {
  const characters = [...person];
  const readable = characters.length > MAX_LENGTH ? `${characters.slice(0, MAX_LENGTH).join('')}…` : person;
  const fault = `"${visible(readable)}" is not a valid name`;
  const wrong = characters.find((character) => !ALLOWED.test(character));
  if (wrong !== undefined) return `${fault}: ${shown(wrong)} is not allowed; ${RULE}`;
  if (characters.length > MAX_LENGTH)
    return `${fault}: it has ${characters.length} characters; use up to ${MAX_LENGTH}`;
  const [first] = characters;
  const last = characters.at(-1);
  if (first === undefined || last === undefined) return `${fault}: it is empty; ${RULE}`;
  if (NO_START.test(first)) return `${fault}: it must not begin with ${shown(first)}; ${RULE}`;
  if (`.${JOINERS}`.includes(last)) return `${fault}: it must not end with ${shown(last)}; ${RULE}`;
  if (person.trim() !== person) return `${fault}: it begins or ends with a space; ${RULE}`;
  return person.includes('..') ? `${fault}: it has two full stops in a row; ${RULE}` : null;
}

/** The same for every spelling of a name that stands for one person: composed or not, in upper or lower case. */
export function nameKey(person: string): string {
  const folded = person.normalize('NFC').toUpperCase().toLowerCase();
  return folded.replace(/[\u200c\u200d]/g, '').normalize('NFC');
}

/** Whether two names stand for the same person. */
export function isSamePerson(a: string, b: string): boolean {
  return nameKey(a) === nameKey(b);
}

/** A character, where it can be shown, and its code point. */
function shown(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return /[\p{C}\p{Z}\p{M}]/u.test(character) ? `U+${code}` : `"${character}" (U+${code})`;
}
