import { type EventDraft, type SpotterEvent, visitDraft } from './event.js';
import type { EventSource } from './sinks/port.js';

/** How far back the log is read for visits that have not ended. */
const RECENT_EVENTS = 20_000;
const PAGE = 1000;

/** The last events of a log, in order. */
export function* recentEvents(source: EventSource): Generator<SpotterEvent> {
  let seq = Math.max(0, source.lastSeq - RECENT_EVENTS);
  for (;;) {
    const page = source.after(seq, PAGE);
    yield* page;
    const last = page.at(-1);
    if (!last || last.seq >= source.lastSeq) return;
    seq = last.seq;
  }
}

/**
 * The ends of the visits that were open when the daemon died. Each ends with the last event of its person that can have
 * belonged to it.
 *
 * @param events from before the start, in order
 */
export function endsOfInterruptedVisits(events: Iterable<SpotterEvent>): EventDraft[] {
  const open = new Map<string, { cameras: string[]; startedAt: string; last: SpotterEvent }>();
  for (const event of events) {
    const { kind, visit, person, camera, cameras = [], startedAt = event.capturedAt } = event;
    if (kind === 'visit_ended' && visit !== undefined) open.delete(visit);
    else if (kind === 'visit_started' && visit !== undefined)
      open.set(visit, { cameras: [...cameras], startedAt, last: event });
    else if (person !== null && (kind === 'match' || kind === 'left')) {
      const own = [...open.values()].filter(({ last }) => last.person === person);
      // As Visits decided then: the visit that has the camera already, else the last one, which the camera joined.
      const visited = own.findLast((candidate) => candidate.cameras.includes(camera)) ?? own.at(-1);
      if (!visited) continue;
      visited.last = event;
      if (!visited.cameras.includes(camera)) visited.cameras.push(camera);
    }
  }
  return [...open].map(([visit, { cameras, startedAt, last }]) =>
    visitDraft('visit_ended', {
      person: last.person,
      camera: last.camera,
      visit: { visit, cameras, startedAt, endedAt: last.capturedAt },
      mediaTimeMs: null,
      capturedAtMs: Date.parse(last.capturedAt),
    }),
  );
}
