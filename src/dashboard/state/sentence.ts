import type { SpotterEvent } from '../api/model.js';
import { texts } from '../texts.js';
import { nameOf } from './household.js';
import { lengthOf } from './times.js';

const { sentence } = texts.history;

/** What an event says, in a few words. */
export function sentenceOf(event: SpotterEvent): string {
  const { withdrawn } = event;
  return withdrawn === null ? words(event) : `${words(event)} ${sentence.withdrawn(nameOf(withdrawn))}`;
}

function words(event: SpotterEvent): string {
  const { kind, person, displayName, candidates } = event;
  const name = person === null ? null : (displayName ?? nameOf(person));
  switch (kind) {
    case 'match':
    case 'visit_started':
    case 'visit_ended':
      return sentence[kind](name ?? '?');
    case 'ambiguous':
      return sentence.ambiguous((candidates ?? []).map(nameOf));
    case 'left':
      return sentence.left(
        name ?? nameless(event),
        lengthOf((event.lastSeenMs ?? 0) - (event.firstSeenMs ?? 0)),
      );
    case 'gap':
      return sentence.gap(
        (event.cause ?? '').replaceAll('_', ' '),
        lengthOf(Date.parse(event.to ?? '') - Date.parse(event.from ?? '')),
      );
    default:
      return sentence[kind];
  }
}

function nameless({ verdict }: SpotterEvent): string {
  return verdict === 'unknown' ? sentence.unknown : sentence.face;
}

/** What decided, for people: the reason up to its first semicolon; the rest is numbers. */
export function causeOf({ reason }: SpotterEvent): string {
  return (reason ?? '').split(';', 1)[0].replaceAll('_', ' ');
}
