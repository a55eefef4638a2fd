import { headers } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Call, NodeRequests } from '../../src/cluster/nodeRequests.js';
import type { ClusterPart, Joined } from '../../src/cluster/part.js';
import { RecentIds } from '../../src/cluster/recentIds.js';
import { packReply, ReplyReader } from '../../src/cluster/replyChunks.js';
import { Sealer } from '../../src/cluster/sealer.js';
import { SpotterError } from '../../src/core/errors.js';
import { clusterNode, KEY } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { needNats, startNats } from '../helpers/natsServer.js';

const double: Call<{ n: number }, { n: number }> = {
  name: 'double',
  input: z.object({ n: z.number() }),
  output: z.object({ n: z.number() }),
};

describe('packReply and ReplyReader', () => {
  const sealer = new Sealer(KEY);
  const reply = { value: { a: 1 }, bytes: Buffer.alloc(5000, 7) };

  it('join what was split, in as many messages as needed', () => {
    const chunks = packReply(sealer, 'id', reply, 2048);
    const reader = new ReplyReader(sealer, 'id');
    const found = chunks.map((chunk) => reader.add(chunk));
    expect(chunks.length).toBeGreaterThan(4);
    expect(chunks.every(({ length }) => length <= 2048)).toBe(true);
    expect(found.slice(0, -1).every((one) => one === null)).toBe(true);
    expect(found.at(-1)).toEqual({ value: { a: 1 }, bytes: reply.bytes });
  });

  it('ignore messages of another answer, and those that come twice', () => {
    const [first, ...rest] = packReply(sealer, 'id', reply, 2048);
    const [other] = packReply(sealer, 'other', reply, 2048);
    const reader = new ReplyReader(sealer, 'id');
    const all = [other, first, first, ...rest].map((chunk) => reader.add(chunk));
    expect(all.at(-1)?.bytes?.length).toBe(5000);
  });

  it('tell no bytes from none at all', () => {
    const read = (bytes: Uint8Array | null) =>
      new ReplyReader(sealer, 'id').add(packReply(sealer, 'id', { value: 1, bytes }, 2048)[0])?.bytes;
    expect(read(null)).toBeNull();
    expect(read(new Uint8Array())).toHaveLength(0);
  });
});

it('RecentIds keeps an id for its time and not for ever', () => {
  let nowMs = 0;
  const ids = new RecentIds(100, () => nowMs);
  ids.add('a');
  nowMs = 100;
  ids.add('b');
  expect(ids.has('a')).toBe(true);
  nowMs = 150;
  ids.add('c');
  expect([ids.has('a'), ids.has('b')]).toEqual([false, true]);
});

it('nodes ask each other: values, pictures, faults, what is not known, and who is away', async (context) => {
  needNats(context);
  const server = await startNats();
  const joined = new Map<string, Joined>();
  const start = async (name: string, tried: string[] = []) => {
    const session = `session of ${name}`;
    const requests = new NodeRequests({ node: name, session, version: '1.2.3' });
    const tap: ClusterPart = {
      join: async (one) => void joined.set(name, one),
      leave: async () => {},
    };
    const node = clusterNode(name, [server], {}, [tap, requests], undefined, session);
    requests.answer(double, async ({ n }, from) => {
      tried.push(from);
      if (n < 0) throw new SpotterError('face.missing', 'no face is kept');
      return { value: { n: 2 * n }, bytes: n === 3 ? Buffer.alloc(3 << 20, 5) : null };
    });
    await node.cluster.start();
    return { requests, node };
  };
  const tried: string[] = [];
  const a = await start('a');
  const b = await start('b', tried);
  const sealed: { data: Uint8Array; id: string }[] = [];
  const spy = joined.get('a');
  spy?.link.connection.subscribe('spotter.home.requests.b', {
    callback: (_, { data, headers: sent }) =>
      void sealed.push({ data, id: sent?.get('Spotter-Request') ?? '' }),
  });
  await eventually(
    () => spy?.membership.others.map(({ node }) => node),
    (others) => others?.[0] === 'b',
  );

  expect(await a.requests.ask('b', double, { n: 2 })).toEqual({ value: { n: 4 }, bytes: null });
  expect((await a.requests.ask('b', double, { n: 3 })).bytes?.length).toBe(3 << 20);
  await expect(a.requests.ask('b', double, { n: -1 })).rejects.toMatchObject({
    code: 'face.missing',
    message: 'no face is kept',
  });
  await expect(a.requests.ask('b', { ...double, name: 'triple' }, { n: 1 })).rejects.toThrow(
    'node b runs spotter 1.2.3 and does not know the request "triple"; upgrade it',
  );
  await expect(a.requests.ask('c', double, { n: 1 })).rejects.toThrow('node c does not answer');
  expect(tried).toEqual(['a', 'a', 'a']);

  // Somebody who can write to NATS sends a recorded request again, and one of his own.
  const again = headers();
  again.set('Spotter-Request', sealed[0].id);
  const answers: number[] = [];
  spy?.link.connection.subscribe('listener', { callback: (_, { data }) => void answers.push(data.length) });
  const options = { reply: 'listener', headers: again };
  spy?.link.connection.publish('spotter.home.requests.b', sealed[0].data, options);
  spy?.link.connection.publish('spotter.home.requests.b', 'open the door', { reply: 'listener' });
  await a.requests.ask('b', double, { n: 1 });
  expect([tried.length, answers]).toEqual([4, []]);

  await b.node.cluster.stop();
  await expect(a.requests.ask('b', double, { n: 1 })).rejects.toThrow('node b does not answer');
});
