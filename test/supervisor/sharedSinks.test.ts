import { expect, it } from 'vitest';
import { cutLink } from '../helpers/cutLink.js';
import { eventually } from '../helpers/daemon.js';
import { eventDraft } from '../helpers/events.js';
import { feedNode } from '../helpers/feedNode.js';
import { needNats, startNats } from '../helpers/natsServer.js';
import { receiver } from '../helpers/receiver.js';

const drafts = (count: number) => Array.from({ length: count }, () => eventDraft());
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

it('sends each event once, in order, while the sender changes: given over, and cut off', async (context) => {
  needNats(context);
  const nats = await startNats();
  const far = await receiver();
  const link = await cutLink(nats);
  const a = await feedNode('a', [nats], undefined, { webhook: far.url });
  await eventually(
    () => a.sinks.states.length,
    (count) => count === 1,
  );
  const b = await feedNode('b', [link], undefined, { webhook: far.url });
  a.own.append(drafts(40));
  b.own.append(drafts(40));
  await eventually(
    () => far.seqs.length,
    (count) => count > 20,
  );
  await a.stop();
  await eventually(
    () => far.seqs.length,
    (count) => count >= 80,
  );
  expect(far.seqs).toEqual(upTo(80));

  // The only one that is left, so that it is its link that the sender loses.
  await eventually(() => b.shared.isSender, Boolean);
  const c = await feedNode('c', [nats], undefined, { webhook: far.url });
  link.cut();
  await eventually(() => c.shared.isSender, Boolean);
  link.mend();
  b.own.append(drafts(10));
  await eventually(
    () => far.seqs.length,
    (count) => count >= 90,
  );
  expect(far.seqs).toEqual(upTo(90));
});

it('has the dead letters of all on every node, and drops them everywhere', async (context) => {
  needNats(context);
  const nats = await startNats();
  const far = await receiver();
  far.answer = (response) => response.writeHead(400).end('no: alice');
  const a = await feedNode('a', [nats], undefined, { webhook: far.url });
  const b = await feedNode('b', [nats], undefined, { webhook: far.url });
  a.own.append(drafts(3));
  const lists = () => [a, b].map(({ shared }) => shared.log.list(null, 10));
  const [list] = await eventually(lists, ([one, other]) => one.length === 3 && other.length === 3);
  expect(lists()).toEqual([list, list]);
  expect(list.map(({ seq, sink }) => [sink, seq])).toEqual([3, 2, 1].map((seq) => ['webhook:hook', seq]));
  expect(b.shared.log.dropLetter(list[1].number)).toBe(true);
  expect(b.shared.log.dropLetter(list[1].number)).toBe(false);
  await eventually(lists, (now) => now.every(({ length }) => length === 2));

  await a.shared.log.forgetPerson('alice', () => {});
  await a.shared.sinks.reconcile();
  await eventually(lists, (now) => now.every(({ length }) => length === 0));
});
