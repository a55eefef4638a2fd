import { type EventDraft, type SpotterEvent, toEvent, trackDraft } from '../../src/events/event.js';

/** A match of alice at the door, changed as a test needs it. */
export function eventDraft(change: Partial<EventDraft> = {}): EventDraft {
  const match = trackDraft('match', {
    camera: 'door',
    track: 'door-1',
    person: 'alice',
    similarity: 0.6,
    threshold: 0.4,
    margin: 0.2,
    runnerUp: 'bob',
    box: [1, 2, 3, 4],
    frame: { width: 640, height: 360 },
    mediaTimeMs: 1000,
    capturedAtMs: Date.UTC(2026, 0, 1),
  });
  return { ...match, ...change };
}

/** The same as a sink sees it. */
export function spotterEvent(change: Partial<SpotterEvent> = {}): SpotterEvent {
  const draft = eventDraft();
  const numbering = { seq: 1, id: '01KDVPQ4001234567890ABCDEF', publishedMs: draft.capturedAtMs + 40 };
  return { ...toEvent(draft, numbering), ...change };
}
