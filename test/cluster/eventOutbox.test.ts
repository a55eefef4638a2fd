import { expect, it } from 'vitest';
import { EventOutbox, type OutboxLog } from '../../src/cluster/eventOutbox.js';
import { namesOf } from '../../src/cluster/names.js';
import type { Joined } from '../../src/cluster/part.js';
import { Sealer } from '../../src/cluster/sealer.js';
import { KEY } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { spotterEvent } from '../helpers/events.js';

/** A connection of which nothing is heard. */
const joined = {
  link: {
    connection: { status: async function* () {}, getServer: () => 'nats://nats:4222' },
  },
  membership: { isFailing: false },
  names: namesOf('home'),
  sealer: new Sealer(KEY),
} as unknown as Joined;

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
  const outbox = new EventOutbox({
    node: 'a',
    log,
    mayPublish: () => true,
    onFault: () => {},
    onRecovered: () => {},
  });
  await outbox.join(joined);
  expect(saved).toBe(7);
  await outbox.leave();
});

it('publishes nothing while it may not, and everything afterwards', async () => {
  let [mayPublish, asked] = [false, 0];
  const published: string[] = [];
  const events = [spotterEvent({ seq: 8 }), spotterEvent({ seq: 9 })];
  const publish = async (subject: string) => void published.push(subject);
  const outbox = new EventOutbox({
    node: 'a',
    log: {
      lastSeq: 9,
      after: (seq) => events.filter((event) => event.seq > seq).map((event) => ({ event, fence: null })),
      load: () => 7,
      save: () => {},
      onCommitted: () => () => {},
    },
    mayPublish: () => {
      asked += 1;
      return mayPublish;
    },
    onFault: () => {},
    onRecovered: () => {},
  });
  const { link, ...others } = joined;
  await outbox.join({ ...others, link: { ...link, jetstream: { publish } } } as unknown as Joined);
  await eventually(
    () => asked,
    (count) => count > 1,
  );
  expect(published).toEqual([]);
  mayPublish = true;
  await eventually(
    () => published.length,
    (count) => count === 2,
  );
  await outbox.leave();
});

it('publishes the events of a frame without waiting in between, and after a failure from the first that is not acknowledged on', async () => {
  const events = [8, 9, 10].map((seq) => spotterEvent({ seq, id: String(seq) }));
  const sent: string[] = [];
  let answer = (_isStored: boolean) => {};
  const publish = (_subject: string, _data: Uint8Array, { msgID }: { msgID: string }) => {
    sent.push(msgID);
    if (msgID !== '9' || sent.length > 3) return Promise.resolve();
    return new Promise<void>((resolve, reject) => {
      answer = (isStored) => (isStored ? resolve() : reject(new Error('no leader')));
    });
  };
  let saved: number | null = 7;
  const outbox = new EventOutbox({
    node: 'a',
    log: {
      lastSeq: 10,
      after: (seq, limit) =>
        events
          .filter((event) => event.seq > seq)
          .slice(0, limit)
          .map((event) => ({ event, fence: null })),
      load: () => saved,
      save: (seq) => {
        saved = seq;
      },
      onCommitted: () => () => {},
    },
    mayPublish: () => true,
    onFault: () => {},
    onRecovered: () => {},
  });
  const { link, ...others } = joined;
  await outbox.join({ ...others, link: { ...link, jetstream: { publish } } } as unknown as Joined);
  expect(sent).toEqual(['8', '9', '10']);
  answer(false);
  await eventually(
    () => outbox.lag,
    (lag) => lag === 0,
  );
  expect(sent).toEqual(['8', '9', '10', '9', '10']);
  await outbox.leave();
  expect(saved).toBe(10);
});
