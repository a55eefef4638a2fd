import { type Caller, maySee } from '../core/access.js';
import type { EventKind } from '../events/event.js';

/**
 * The JSON of an event as a caller may see it: a visit also names the cameras that the person went to, of which some may not be
 * for the caller.
 *
 * @param text with `"type"` or without it
 */
export function visibleText({ kind, text }: { kind: EventKind; text: string }, caller: Caller): string {
  if (caller.cameras === null || (kind !== 'visit_started' && kind !== 'visit_ended')) return text;
  const { cameras, ...event } = JSON.parse(text) as { cameras: string[] };
  return JSON.stringify({ ...event, cameras: cameras.filter((id) => maySee(caller, id)) });
}
