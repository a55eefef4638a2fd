import { expect, it } from 'vitest';
import { SharedConfig, type SharedText } from '../../src/cluster/sharedConfig.js';
import { clusterNode } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { needNats, startNats } from '../helpers/natsServer.js';

it('the first node shares its text, every node gets each change, and of two at once one is refused', async (context) => {
  needNats(context);
  const server = await startNats();
  const start = async (node: string) => {
    const seen: SharedText[] = [];
    const shared = new SharedConfig({
      node,
      initial: () => `of ${node}`,
      onText: (one) => seen.push(one),
      onFault: (message) => {
        throw new Error(message);
      },
    });
    const { cluster } = clusterNode(node, [server], {}, [shared]);
    await cluster.start();
    return { shared, seen, cluster };
  };
  const a = await start('a');
  const b = await start('b');
  expect([a.seen.at(-1)?.text, b.seen.at(-1)?.text]).toEqual(['of a', 'of a']);

  const { revision = 0 } = b.shared.current ?? {};
  const next = await b.shared.put('second', revision);
  expect(next).toBeGreaterThan(revision);
  await eventually(
    () => a.seen.at(-1),
    (one) => one?.text === 'second' && one.revision === next,
  );
  await expect(a.shared.put('late', revision)).rejects.toMatchObject({ code: 'config.changed' });
  await a.shared.put('third', null);
  await eventually(
    () => b.seen.map(({ text }) => text),
    (texts) => texts.join() === 'of a,second,third',
  );

  await a.cluster.stop();
  await expect(a.shared.put('alone', null)).rejects.toMatchObject({ code: 'cluster.unreachable' });
  expect(a.shared.current?.text).toBe('third');
});
