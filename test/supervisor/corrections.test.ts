import { describe, expect, it } from 'vitest';
import { ANYBODY } from '../../src/core/access.js';
import { Serial } from '../../src/core/serial.js';
import type { SpotterEvent } from '../../src/events/event.js';
import { Corrections, type CorrectionsOptions } from '../../src/supervisor/corrections.js';

/** Corrections of the events of one track that has ended. */
function corrections() {
  const named = { seq: 1, kind: 'match', track: 'door-1', camera: 'door', person: 'alice', zones: [] };
  const events = [
    { ...named, capturedAt: '2026-01-01T00:00:00Z', withdrawn: null },
  ] as unknown as SpotterEvent[];
  const listeners = new Set<(event: SpotterEvent) => void>();
  const hub = {
    log: {
      find: ({ after }: { after: number }) =>
        events.slice(after).map((one) => ({ text: JSON.stringify(one) })),
    },
    publish: (draft: SpotterEvent) => {
      const event = { ...draft, seq: events.length + 1 };
      events.push(event);
      for (const listener of listeners) listener(event);
    },
    subscribe: (listener: (event: SpotterEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const made = new Corrections({
    deny: async () => ({ isLive: false }),
    hub,
    directory: { find: async () => ({ photos: [] }) },
    event: (seq: number) => events[seq - 1] ?? null,
    changing: new Serial(),
  } as unknown as CorrectionsOptions);
  return { events, correct: (seq = 1) => made.correct(seq, 'Alice', ANYBODY) };
}

describe('Corrections', () => {
  it('take a name back once, however often they are asked to', async () => {
    const { events, correct } = corrections();
    const answers = [...(await Promise.all([correct(), correct()])), await correct()];
    expect(answers).toEqual(Array(3).fill({ event: 2, setAside: [] }));
    expect(events).toHaveLength(2);
  });

  it('are not for an event that names a person without a face, such as a visit', async () => {
    const { events, correct } = corrections();
    events.push({ ...events[0], seq: 2, kind: 'visit_started', track: null } as unknown as SpotterEvent);
    await expect(correct(2)).rejects.toThrow('event 2 is not about a face; correct one of the face');
  });
});
