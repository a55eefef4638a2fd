/** Marks for the direction of writing, which are copied along with a name and never seen. */
const DIRECTIONS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name as it was typed, or pasted from this page. */
export function typedName(text: string): string {
  return text.replace(DIRECTIONS, '').trim().normalize('NFC');
}

/** The same for every spelling of a name: composed or not, in upper or lower case. */
export function folded(name: string): string {
  return typedName(name).toUpperCase().toLowerCase();
}
