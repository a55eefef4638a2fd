import { rmSync } from 'node:fs';
import path from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../helpers/daemon.js';
import { eventDraft } from '../helpers/events.js';
import { feedNode } from '../helpers/feedNode.js';
import { needNats, startNats } from '../helpers/natsServer.js';
import { temporaryFolder } from '../helpers/temporary.js';

const drafts = (count: number) => Array.from({ length: count }, () => eventDraft());
const seqs = (events: readonly { seq: number }[]) => events.map(({ seq }) => seq);

it('has the events of all nodes, each once, in the same order everywhere', async (context) => {
  needNats(context);
  const nats = await startNats();
  const a = await feedNode('a', [nats]);
  const b = await feedNode('b', [nats]);
  const own = [...a.own.append(drafts(20)), ...b.own.append(drafts(20))];
  for (const { read } of [a, b])
    await eventually(
      () => read.length,
      (count) => count === 40,
    );
  expect(seqs(a.read)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(a.messages).toEqual(['reading the events of the cluster from the first one that there is']);
  expect(a.read).toEqual(b.read);
  expect(new Set(a.read.map(({ id }) => id))).toEqual(new Set(own.map(({ id }) => id)));
  expect(a.shared.log.epoch).toBe(b.shared.log.epoch);
  expect(a.shared.log.after(0, 100)).toEqual(a.read.map((event) => ({ ...event, explain: null })));
});

it('loses nothing and doubles nothing when NATS or a node is killed while events are published', async (context) => {
  needNats(context);
  const nats = await startNats();
  const data = temporaryFolder();
  const a = await feedNode('a', [nats], data);
  const b = await feedNode('b', [nats]);
  const own = a.own.append(drafts(50));
  await eventually(
    () => b.read.length,
    (count) => count > 5,
  );
  await nats.kill();
  own.push(...a.own.append(drafts(50)));
  await nats.start();
  await eventually(
    () => b.read.length,
    (count) => count >= 100,
  );
  // As after kill -9: the position is behind what was published.
  own.push(...a.own.append(drafts(10)));
  await eventually(
    () => b.read.length,
    (count) => count >= 110,
  );
  await a.stop();
  const again = await feedNode('a', [nats], data);
  again.own.save('cluster', 90);
  own.push(...again.own.append(drafts(3)));
  await eventually(
    () => b.read.length,
    (count) => count >= 113,
  );
  expect(b.read.map(({ id }) => id)).toEqual(own.map(({ id }) => id));
  await eventually(
    () => again.read.length,
    (count) => count >= 3,
  );
  expect(again.shared.log.after(0, 200).map(({ id }) => id)).toEqual(own.map(({ id }) => id));
});

it('is read again from the beginning where its log is gone', async (context) => {
  needNats(context);
  const nats = await startNats();
  const data = temporaryFolder();
  const a = await feedNode('a', [nats], data);
  a.own.append(drafts(5));
  await eventually(
    () => a.read.length,
    (count) => count === 5,
  );
  const { epoch } = a.shared.log;
  await a.stop();
  rmSync(path.join(data, 'cluster'), { recursive: true });
  const again = await feedNode('a', [nats], data);
  await eventually(
    () => again.read.length,
    (count) => count === 5,
  );
  expect(again.shared.log.epoch).toBe(epoch);
  rmSync(path.join(data, 'cluster', 'events.db'));
  await eventually(
    () => again.read.length,
    (count) => count === 10,
  );
  expect(seqs(again.shared.log.after(0, 10))).toEqual([1, 2, 3, 4, 5]);
});

it('starts anew with another epoch where the stream was made anew', async (context) => {
  needNats(context);
  const nats = await startNats();
  const a = await feedNode('a', [nats]);
  a.own.append(drafts(5));
  await eventually(
    () => a.read.length,
    (count) => count === 5,
  );
  const { epoch } = a.shared.log;
  const before = a.restarts();
  const connection = await connect({ servers: nats.url });
  onTestFinished(() => connection.close());
  await (await jetstreamManager(connection)).streams.delete('spotter-home-events');
  // Makes what is missing.
  await feedNode('b', [nats]);
  await eventually(a.restarts, (count) => count === before + 1);
  a.own.append(drafts(2));
  await eventually(
    () => a.read.length,
    (count) => count === 7,
  );
  expect(a.shared.log.epoch).not.toBe(epoch);
  expect(seqs(a.shared.log.after(0, 10))).toEqual([1, 2]);
});
