import { describe, expect, it } from 'vitest';
import { ANYBODY } from '../../src/core/access.js';
import { Serial } from '../../src/core/serial.js';
import type { EventDraft, SpotterEvent } from '../../src/events/event.js';
import { EventFeed } from '../../src/events/feed.js';
import { Corrections, type CorrectionsOptions } from '../../src/supervisor/corrections.js';
import { openLog, pending } from '../helpers/log.js';

/** Corrections of the events of tracks that have ended, in a real log whose first event names alice. */
async function corrections(later: Partial<EventDraft>[] = []) {
  const { log } = await openLog();
  log.append(pending([{}, ...later]));
  const feed = new EventFeed(log);
  const made = new Corrections({
    deny: async () => ({ isLive: false }),
    hub: {
      log,
      publish: (draft: EventDraft) => feed.publish(draft),
      subscribe: (listener: (event: SpotterEvent) => void) => feed.subscribe(listener),
    },
    directory: { find: async () => ({ photos: [] }) },
    event: (seq: number) => log.after(seq - 1, 1)[0] ?? null,
    changing: new Serial(),
  } as unknown as CorrectionsOptions);
  return { log, correct: (seq = 1) => made.correct(seq, 'Alice', ANYBODY) };
}

describe('Corrections', () => {
  it.each([0, 350])(
    'take a name back once, however often they are asked to, %i events later',
    async (others) => {
      const story = Array.from({ length: others }, (_, n) => ({ track: `door-${n + 2}` }));
      const { log, correct } = await corrections(story);
      const answers = [...(await Promise.all([correct(), correct()])), await correct()];
      expect(answers).toEqual(Array(3).fill({ event: others + 2, setAside: [] }));
      expect(log.lastSeq).toBe(others + 2);
    },
  );

  it('repeat the end of the track, however long after its name that came', async () => {
    const passersBy = Array.from({ length: 350 }, (_, n) => ({ track: `door-${n + 2}` }));
    const capturedAtMs = Date.UTC(2026, 0, 2);
    const { log, correct } = await corrections([...passersBy, { kind: 'left', capturedAtMs }]);
    const { event } = await correct();
    expect(log.after(Number(event) - 1, 1)).toMatchObject([
      { kind: 'left', track: 'door-1', withdrawn: 'alice', capturedAt: '2026-01-02T00:00:00.000Z' },
    ]);
  });

  it('are not for an event that names a person without a face, such as a visit', async () => {
    const { correct } = await corrections([{ kind: 'visit_started', track: null }]);
    await expect(correct(2)).rejects.toThrow('event 2 is not about a face; correct one of the face');
  });
});
