import { expect, it } from 'vitest';
import { EventOutbox, type OutboxLog } from '../../src/cluster/eventOutbox.js';
import type { Joined } from '../../src/cluster/part.js';

/** A connection of which nothing is heard. */
const joined = { link: { connection: { status: async function* () {} } } } as unknown as Joined;

it('saves where it begins before anything is published, so that a kill in between loses nothing', async () => {
  let saved: number | null = null;
  const log: OutboxLog = {
    lastSeq: 7,
    after: () => [],
    load: () => saved,
    save: (seq) => {
      saved = seq;
    },
    onCommitted: () => () => {},
  };
  const outbox = new EventOutbox({ node: 'a', log, onFault: () => {}, onRecovered: () => {} });
  await outbox.join(joined);
  expect(saved).toBe(7);
  await outbox.leave();
});
