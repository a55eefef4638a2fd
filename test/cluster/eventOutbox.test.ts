import { expect, it } from 'vitest';
import { EventOutbox, type EventOutboxOptions, type OutboxLog } from '../../src/cluster/eventOutbox.js';
import { namesOf } from '../../src/cluster/names.js';
import { OwnMessages } from '../../src/cluster/ownMessages.js';
import type { Joined } from '../../src/cluster/part.js';
import { Sealer } from '../../src/cluster/sealer.js';
import type { FencedEvent } from '../../src/events/event.js';
import { KEY } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { spotterEvent } from '../helpers/events.js';

type Publish = (subject: string, data: Uint8Array, options: { msgID: string }) => Promise<unknown>;

/** A connection of which nothing is heard. */
const joinedTo = (publish: Publish = async () => {}) =>
  ({
    link: {
      connection: { status: async function* () {}, getServer: () => 'nats://nats:4222' },
      jetstream: { publish },
    },
    membership: { isFailing: false },
    names: namesOf('home'),
    sealer: new Sealer(KEY),
  }) as unknown as Joined;

const entryOf = (seq: number): FencedEvent => ({
  event: spotterEvent({ seq, id: String(seq) }),
  fence: null,
});

/** A log of the events 8 to `lastSeq`, of which those up to `saved` are published; what is done to it is in `steps`. */
class Log implements OutboxLog {
  readonly steps: string[] = [];
  reads = 0;
  commit: (stored?: readonly FencedEvent[]) => void = () => {};

  constructor(
    public lastSeq: number,
    public saved: number | null = 7,
  ) {}

  after(seq: number, limit: number) {
    this.reads += 1;
    const seqs = Array.from({ length: this.lastSeq - seq }, (_, index) => seq + 1 + index).slice(0, limit);
    return seqs.map(entryOf);
  }

  load() {
    return this.saved;
  }

  save(seq: number) {
    this.saved = seq;
    this.steps.push(`saved ${seq}`);
  }

  setDurable(isDurable: boolean) {
    this.steps.push(isDurable ? 'durable' : 'a moment later');
  }

  onCommitted(listener: (stored: readonly FencedEvent[]) => void) {
    this.commit = (stored = []) => listener(stored);
    return () => {};
  }
}

const outboxOf = (log: OutboxLog, mayPublish: EventOutboxOptions['mayPublish'] = () => true) =>
  new EventOutbox({
    node: 'a',
    log,
    sent: new OwnMessages(),
    mayPublish,
    onFault: () => {},
    onRecovered: () => {},
  });

const allPublished = (outbox: EventOutbox) =>
  eventually(
    () => outbox.lag,
    (lag) => lag === 0,
  );

it('saves where it begins before anything is published, so that a kill in between loses nothing', async () => {
  const log = new Log(7, null);
  const outbox = outboxOf(log);
  await outbox.join(joinedTo());
  expect(log.saved).toBe(7);
  await outbox.leave();
});

it('publishes nothing while it may not, and everything afterwards', async () => {
  let [mayPublish, asked] = [false, 0];
  const published: string[] = [];
  const outbox = outboxOf(new Log(9), () => {
    asked += 1;
    return mayPublish;
  });
  await outbox.join(joinedTo(async (subject) => void published.push(subject)));
  await eventually(
    () => asked,
    (count) => count > 1,
  );
  expect(published).toEqual([]);
  mayPublish = true;
  await allPublished(outbox);
  expect(published.length).toBe(2);
  await outbox.leave();
});

it('publishes the events of a frame without waiting in between, and after a failure from the first that is not acknowledged on', async () => {
  const sent: string[] = [];
  let answer = (_isStored: boolean) => {};
  const publish: Publish = (_subject, _data, { msgID }) => {
    sent.push(msgID);
    if (msgID !== '9' || sent.length > 3) return Promise.resolve();
    return new Promise<void>((resolve, reject) => {
      answer = (isStored) => (isStored ? resolve() : reject(new Error('no leader')));
    });
  };
  const log = new Log(10);
  const outbox = outboxOf(log);
  await outbox.join(joinedTo(publish));
  expect(sent).toEqual(['8', '9', '10']);
  answer(false);
  await allPublished(outbox);
  expect(sent).toEqual(['8', '9', '10', '9', '10']);
  await outbox.leave();
  expect(log.saved).toBe(10);
});

it('publishes what comes while the event before is not acknowledged yet', async () => {
  const sent: string[] = [];
  const answers: (() => void)[] = [];
  const publish: Publish = (_subject, _data, { msgID }) => {
    sent.push(msgID);
    return new Promise<void>((resolve) => answers.push(resolve));
  };
  const log = new Log(8);
  const outbox = outboxOf(log);
  await outbox.join(joinedTo(publish));
  expect(sent).toEqual(['8']);
  log.lastSeq = 9;
  log.commit();
  await eventually(
    () => sent.length,
    (count) => count === 2,
  );
  expect(outbox.lag).toBe(2);
  for (const answer of answers) answer();
  await allPublished(outbox);
  await outbox.leave();
});

it('does not read again what it is given when it is stored, unless events before are still to publish', async () => {
  const sent: string[] = [];
  const publish: Publish = async (_subject, _data, { msgID }) => void sent.push(msgID);
  const log = new Log(7);
  const outbox = outboxOf(log);
  await outbox.join(joinedTo(publish));
  log.lastSeq = 8;
  log.commit([entryOf(8)]);
  await allPublished(outbox);
  expect(log.reads).toBe(0);
  log.lastSeq = 10;
  log.commit([entryOf(10)]);
  await allPublished(outbox);
  expect(sent).toEqual(['8', '9', '10']);
  await outbox.leave();
});

it('has the own log wait for its disk while events are not acknowledged, and saves what came before', async () => {
  let isStoring = true;
  const log = new Log(8);
  const outbox = outboxOf(log);
  const untilStep = (count: number) =>
    eventually(
      () => log.steps.length,
      (taken) => taken >= count,
    );
  await outbox.join(joinedTo(() => (isStoring ? Promise.resolve() : Promise.reject(new Error('no leader')))));
  await untilStep(1);
  isStoring = false;
  log.lastSeq = 9;
  log.commit();
  await untilStep(3);
  expect(log.steps.slice(0, 3)).toEqual(['a moment later', 'durable', 'saved 8']);
  isStoring = true;
  await allPublished(outbox);
  await outbox.leave();
  expect(log.steps.slice(-2)).toEqual(['durable', 'saved 9']);
});
