import { describe, expect, it, onTestFinished } from 'vitest';
import type { EventDraft } from '../../src/events/event.js';
import { EventEnricher } from '../../src/events/eventEnricher.js';
import type { EventSource } from '../../src/events/sinks/port.js';
import { eventDraft } from '../helpers/events.js';

describe('EventEnricher', () => {
  it('starts although the log cannot be read, as on a full disk', async () => {
    const history: EventSource = {
      epoch: null,
      lastSeq: 0,
      after: () => {
        throw new Error('the event log is not open');
      },
      onCommitted: () => () => {},
    };
    const published: EventDraft[] = [];
    const enricher = new EventEnricher({
      rules: () => ({
        visits: { enabled: true, gapMs: 1000 },
        notify: { kinds: ['match'], cooldownMs: 1000 },
      }),
      people: () => ({}),
      clock: 'captured',
      history,
      publish: (draft) => published.push(draft),
    });
    await enricher.start();
    onTestFinished(() => enricher.stop());
    enricher.publish(eventDraft());
    expect(published.map(({ kind, notify }) => [kind, notify])).toEqual([
      ['match', true],
      ['visit_started', false],
    ]);
  });
});
