import type { SpotterEvent } from './event.js';

/** How a name or another word from outside is written into a text. */
export type WriteName = (name: string) => string;

/** Line breaks, other control characters, what reverses the text behind it, and half surrogate pairs. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * One short sentence about an event for people, such as `alice at front-door (similarity 0.62)`. Display names are preferred.
 *
 * @param writeName escapes names for where the text is shown; by default they stay as they are
 * @param shownName the display name of somebody whom the event does not name, such as a candidate; default: the name
 */
export function eventText(
  event: SpotterEvent,
  writeName: WriteName = (name) => name,
  shownName: WriteName = (name) => name,
): string {
  const write = (name: string) => writeName(name.replace(UNFIT, ' '));
  const writePerson = (name: string) => write(shownName(name));
  const camera = write(event.camera);
  const person = write(event.displayName ?? event.person ?? 'somebody');
  const correction = event.withdrawn === null ? '' : `, not ${writePerson(event.withdrawn)}`;
  switch (event.kind) {
    case 'appeared':
      return `a face at ${camera}`;
    case 'match':
      return `${person} at ${camera}${similarity(event)}${correction}`;
    case 'unknown':
      return `unknown person at ${camera}${correction}`;
    case 'ambiguous':
      return `${event.candidates?.map(writePerson).join(' or ') || 'two people too close to call'} at ${camera}${correction}`;
    case 'left':
      return `${event.person === null ? 'a face' : person} left ${camera}`;
    case 'visit_started':
      return `${person} arrived at ${camera}`;
    case 'visit_ended':
      return `${person} has gone, last seen at ${camera}`;
    case 'gap':
      return `${camera} was not watched from ${event.from} to ${event.to} (${event.cause?.replaceAll('_', ' ')})`;
  }
}

function similarity({ similarity: value }: SpotterEvent): string {
  return value === null ? '' : ` (similarity ${value.toFixed(2)})`;
}
