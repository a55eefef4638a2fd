import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ModelAgreement } from '../../src/cluster/modelAgreement.js';
import { SharedConfig, type SharedText } from '../../src/cluster/sharedConfig.js';
import { clusterNode } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { needNats, startNats } from '../helpers/natsServer.js';
import { watchListNode } from '../helpers/watchListNode.js';

async function managed({ url }: { url: string }) {
  const connection = await connect({ servers: url });
  onTestFinished(() => connection.close());
  return { connection, streams: (await jetstreamManager(connection)).streams };
}

const joins = (log: string[]) => log.filter((line) => line.startsWith('joined cluster')).length;

describe('what NATS has lost while the nodes run', () => {
  beforeEach(needNats);

  it('is written again where the state was purged', async () => {
    const nats = await startNats();
    const models = { detector: 'd', embedder: 'e', embedderKey: 'k' };
    const { cluster, log } = clusterNode('a', [nats], {}, [new ModelAgreement(models, { warn: () => {} })]);
    await cluster.start();
    const { connection, streams } = await managed(nats);
    await streams.purge('KV_spotter-home-state');
    await eventually(
      () => joins(log),
      (count) => count === 2,
    );
    expect(log).toContain('KV_spotter-home-state was emptied in NATS; joining the cluster anew');
    const state = await new Kvm(connection).open('spotter-home-state');
    for (const key of ['format', 'models']) expect(await state.get(key)).not.toBeNull();
  }, 30_000);

  it.each(['KV_spotter-home-people', 'OBJ_spotter-home-photos'])(
    'comes from the folders where %s was deleted or purged',
    async (stream) => {
      const nats = await startNats();
      const [a, b] = [watchListNode('a', [nats]), watchListNode('b', [nats])];
      for (const { cluster } of [a, b]) await cluster.start();
      a.put('ann/1.jpg', 'one');
      b.put('bob/1.jpg', 'two');
      const both = { 'ann/1.jpg': 'one', 'bob/1.jpg': 'two' };
      const isBoth = (files: Record<string, string>) => JSON.stringify(files) === JSON.stringify(both);
      for (const node of [a, b]) await eventually(node.files, isBoth);
      const { streams } = await managed(nats);
      for (const lose of [() => streams.delete(stream), () => streams.purge(stream)]) {
        const before = [a, b].map(({ cluster }) => cluster.joined);
        await lose();
        await eventually(
          () => [a, b].map(({ cluster }, index) => cluster.joined !== before[index]),
          // Whoever notices it first writes everything again.
          (isAnew) => isAnew.includes(true),
        );
        const late = watchListNode('late', [nats]);
        await late.cluster.start();
        await eventually(late.files, isBoth);
        expect([a.files(), b.files()]).toEqual([both, both]);
        await late.cluster.stop();
      }
    },
    90_000,
  );

  it('keeps the shared configuration that was changed since the start', async () => {
    const nats = await startNats();
    const seen: SharedText[] = [];
    const shared: SharedConfig = new SharedConfig({
      node: 'a',
      initial: () => seen.at(-1)?.text ?? 'of the file',
      onText: (one) => seen.push(one),
      onFault: () => {},
    });
    const { cluster, log } = clusterNode('a', [nats], {}, [shared]);
    await cluster.start();
    await shared.put('second', null);
    await shared.put('third', null);
    const { streams } = await managed(nats);
    await streams.delete('KV_spotter-home-state');
    await eventually(
      () => joins(log),
      (count) => count === 2,
    );
    expect(shared.current?.text).toBe('third');
    await shared.put('fourth', shared.current?.revision ?? 0);
    expect(seen.at(-1)?.text).toBe('fourth');
  }, 30_000);
});
