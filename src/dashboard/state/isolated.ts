/** Letters that are written from right to left: Hebrew, Arabic and others. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Marks of {@link isolated} and others for the direction, which are copied along with a name and never seen. */
const DIRECTIONS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name as it was typed, or pasted from this page. */
export function typedName(text: string): string {
  return text.replace(DIRECTIONS, '').trim().normalize('NFC');
}

/** A name in a sentence. One that is written from right to left is isolated, or it would take numbers and signs beside it along. */
export function isolated(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}
