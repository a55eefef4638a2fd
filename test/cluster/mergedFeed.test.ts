import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { type FeedLog, MergedFeed } from '../../src/cluster/mergedFeed.js';
import { namesOf } from '../../src/cluster/names.js';
import { OwnMessages } from '../../src/cluster/ownMessages.js';
import type { Joined } from '../../src/cluster/part.js';
import { eventually } from '../helpers/daemon.js';
import { eventDraft } from '../helpers/events.js';
import { feedNode } from '../helpers/feedNode.js';
import { needNats, startNats } from '../helpers/natsServer.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Begins to read a stream of three messages through a server that says that nothing is pending. @returns the numbers that were skipped to */
async function skippedTo(messageOfLeader: object | null): Promise<number[]> {
  const skipped: number[] = [];
  const log = {
    ...{ epoch: null, lastSeq: 0, restart: () => {}, note: () => null },
    adopt: (_events: unknown, lastSeq: number) => {
      skipped.push(lastSeq);
      return [];
    },
  } satisfies FeedLog;
  let consuming = () => {};
  const begun = new Promise<void>((resolve) => {
    consuming = resolve;
  });
  const consumer = {
    info: async () => ({ num_pending: 0 }),
    consume: async () => {
      consuming();
      return { stop: () => {}, [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
    },
  };
  const stream = { created: '', config: { name: 'events' }, state: { first_seq: 1, last_seq: 3 } };
  const streams = { info: async () => stream, getMessage: async () => messageOfLeader };
  const feed = new MergedFeed({
    ...{ log, sent: new OwnMessages(), cleanse: (event) => event },
    ...{ onEvents: () => {}, onRestart: () => {}, onSkipped: () => {} },
    onFault: (message) => expect.fail(message),
  });
  await feed.join({
    link: { manager: { streams }, jetstream: { consumers: { get: async () => consumer } } },
    names: namesOf('home'),
  } as unknown as Joined);
  await begun;
  return skipped;
}

it('takes no message for erased that a server which is behind does not have yet', async () => {
  expect(await skippedTo({ seq: 2 })).toEqual([]);
  expect(await skippedTo(null)).toEqual([3]);
});

it('goes on behind messages that were erased while the node was away', async (context) => {
  needNats(context);
  const nats = await startNats();
  const data = temporaryFolder();
  const a = await feedNode('a', [nats], data);
  const b = await feedNode('b', [nats]);
  a.own.append([eventDraft()]);
  await eventually(
    () => a.read.length,
    (count) => count === 1,
  );
  await a.stop();
  b.own.append([eventDraft(), eventDraft()]);
  await eventually(
    () => b.read.length,
    (count) => count === 3,
  );
  const connection = await connect({ servers: nats.url });
  onTestFinished(() => connection.close());
  const { streams } = await jetstreamManager(connection);
  for (const seq of [2, 3]) await streams.deleteMessage('spotter-home-events', seq);
  const again = await feedNode('a', [nats], data);
  await eventually(
    () => again.shared.log.lastSeq,
    (seq) => seq === 3,
  );
});
