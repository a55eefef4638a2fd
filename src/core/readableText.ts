import { visible } from './visible.js';

const LONE_SURROGATE = /\p{Cs}/u;
const CONTROL_CHARACTER = /[^\P{Cc}\t\n\r]/u;

/** What a name to show must be, and a sentence that says so. */
export const READABLE = [
  (name: string | null) =>
    name === null || (name.trim() !== '' && visible(name) === name && !LONE_SURROGATE.test(name)),
  'must have letters, and no line breaks, other control characters or halves of characters',
] as const;

/** The same of a text of several lines. */
export const PLAIN_TEXT = [
  (note: string | null) => note === null || !(LONE_SURROGATE.test(note) || CONTROL_CHARACTER.test(note)),
  'must have no control characters but tabs and line breaks, and no halves of characters',
] as const;
