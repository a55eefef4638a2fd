import type { EventDraft, SpotterEvent } from '../../src/events/event.js';

/** A match of alice at the door, changed as a test needs it. */
export function eventDraft(change: Partial<EventDraft> = {}): EventDraft {
  return {
    kind: 'match',
    camera: 'door',
    track: 'door-1',
    person: 'alice',
    displayName: null,
    withdrawn: null,
    notify: false,
    explain: null,
    similarity: 0.6,
    threshold: 0.4,
    margin: 0.2,
    runnerUp: 'bob',
    candidates: null,
    box: [1, 2, 3, 4],
    frame: { width: 640, height: 360 },
    quality: null,
    zones: [],
    mediaTimeMs: 1000,
    capturedAtMs: Date.UTC(2026, 0, 1),
    ended: null,
    gap: null,
    visit: null,
    snapshotKey: null,
    ...change,
  };
}

/** The same as a sink sees it. */
export function spotterEvent(change: Partial<SpotterEvent> = {}): SpotterEvent {
  const { capturedAtMs, ended: _1, gap: _2, visit: _3, snapshotKey: _4, ...told } = eventDraft();
  return {
    seq: 1,
    id: '01KDVPQ4001234567890ABCDEF',
    ...told,
    capturedAt: new Date(capturedAtMs).toISOString(),
    publishedAt: new Date(capturedAtMs + 40).toISOString(),
    snapshot: null,
    ...change,
  };
}
