import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { cutLink } from '../helpers/cutLink.js';
import { eventually } from '../helpers/daemon.js';
import { eventDraft } from '../helpers/events.js';
import { feedNode } from '../helpers/feedNode.js';
import { needNats, startNats } from '../helpers/natsServer.js';

const drafts = (count: number, runnerUp = 'bob') =>
  Array.from({ length: count }, () => eventDraft({ runnerUp }));
/** An event of 20 kB or more. */
const LONG = 'x'.repeat(20_000);

it('keeps events while NATS has no space, says so once, and publishes all in order when there is room', async (context) => {
  needNats(context);
  const nats = await startNats({ space: '8MB' });
  const a = await feedNode('a', [nats], undefined, { maxMegabytes: 2 });
  const own = a.own.append(drafts(5));
  await eventually(
    () => a.read.length,
    (count) => count === 5,
  );
  const connection = await connect({ servers: nats.url });
  onTestFinished(() => connection.close());
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'other', subjects: ['other'] });
  const fill = async () => {
    for (;;) await jetstream(connection).publish('other', new Uint8Array(900_000));
  };
  await fill().catch(() => {});

  own.push(...a.own.append(drafts(20)));
  const said = () => a.messages.filter((text) => text.includes('cannot publish'));
  await eventually(said, ({ length }) => length > 0);
  expect(said()[0]).toMatch(/they wait: NATS at .* has no space .*; raise max_file_store/);
  own.push(...a.own.append(drafts(20)));
  expect(a.read.length).toBeLessThan(45);

  await manager.streams.delete('other');
  await eventually(
    () => a.read.length,
    (count) => count >= 45,
  );
  expect(a.read.map(({ id }) => id)).toEqual(own.map(({ id }) => id));
  expect(said()).toHaveLength(1);
});

it('drops the oldest events where there are too many, and a node that had not read them goes on and says so', async (context) => {
  needNats(context);
  const nats = await startNats();
  const link = await cutLink(nats);
  const a = await feedNode('a', [nats], undefined, { maxMegabytes: 1 });
  const b = await feedNode('b', [link], undefined, { maxMegabytes: 1 });
  a.own.append(drafts(3));
  await eventually(
    () => b.read.length,
    (count) => count === 3,
  );
  link.cut();
  a.own.append(drafts(100, LONG));
  await eventually(
    () => a.read.length,
    (count) => count === 103,
  );
  link.mend();
  const said = () =>
    b.messages.filter((text) => /events 4 to \d+ have gone from the cluster before/.test(text));
  await eventually(said, ({ length }) => length > 0);
  expect(said()).toHaveLength(1);
  expect(b.shared.log.lastSeq).toBe(103);
  expect(b.read.slice(0, 3)).toEqual(a.read.slice(0, 3));
  expect(b.read.length).toBeLessThan(103);
});
