import type { SpotterEvent } from './event.js';
import { withoutPerson } from './forgottenNames.js';

/** The people whom an event names. */
export function namesIn({ person, withdrawn, runnerUp, candidates }: SpotterEvent): string[] {
  return [person, withdrawn, runnerUp, ...(candidates ?? [])].filter((name) => name !== null);
}

/** An event without a name, as if the face were unknown and without its picture; null for one that would then be empty. */
export function cleansedEvent(event: SpotterEvent, name: string): SpotterEvent | null {
  const others = { ...event, ...withoutPerson(event, name), explain: null };
  if (event.person !== name) return others;
  if (event.kind === 'visit_started' || event.kind === 'visit_ended') return null;
  return {
    ...others,
    kind: event.kind === 'match' ? 'unknown' : event.kind,
    ...{ person: null, displayName: null, reason: null, odds: null },
    ...{ similarity: null, margin: null, runnerUp: null, snapshot: null },
    ...(event.verdict !== undefined && { verdict: 'unknown' as const }),
  };
}
