import { beforeEach, describe, expect, it } from 'vitest';
import { ModelAgreement } from '../../src/cluster/modelAgreement.js';
import { clusterNode } from '../helpers/cluster.js';
import { needNats, startNats } from '../helpers/natsServer.js';

const models = (embedder: string, detector = 'scrfd', embedderKey = embedder) => ({
  detector,
  embedder,
  embedderKey,
});

describe('ModelAgreement', () => {
  beforeEach(needNats);

  it('refuses a node with another embedder while nodes use one, and names theirs', async () => {
    const nats = await startNats();
    const warnings: string[] = [];
    const node = (name: string, own: ReturnType<typeof models>) =>
      clusterNode(name, [nats], {}, [new ModelAgreement(own, { warn: (text) => warnings.push(text) })]);
    const a = node('a', models('small'));
    await a.cluster.start();
    await expect(node('b', models('large')).cluster.start()).rejects.toMatchObject({
      code: 'cluster.other',
      message: expect.stringMatching(
        /nodes of the cluster \(a\) use embedder "small", and this node "large"/,
      ),
    });
    await expect(node('b', models('small', 'scrfd', 'another file')).cluster.start()).rejects.toThrow(
      /use another model called "small"/,
    );
    const c = node('c', models('small', 'yunet'));
    await c.cluster.start();
    expect(warnings).toEqual([expect.stringContaining('finds faces with "yunet", the others with "scrfd"')]);
    await a.cluster.stop();
    await c.cluster.stop();
    // Nobody is left who could not compare them.
    await node('b', models('large')).cluster.start();
  });

  it('refuses another embedder while the node runs, unless it is alone', async () => {
    const nats = await startNats();
    const agreement = new ModelAgreement(models('small'), { warn: () => {} });
    await clusterNode('a', [nats], {}, [agreement]).cluster.start();
    await agreement.change(models('large'));
    const b = (own: ReturnType<typeof models>) =>
      clusterNode('b', [nats], {}, [new ModelAgreement(own, { warn: () => {} })]).cluster.start();
    await expect(b(models('small'))).rejects.toMatchObject({ code: 'cluster.other' });
    await b(models('large'));
    await expect(agreement.change(models('small'))).rejects.toMatchObject({
      code: 'cluster.other',
      message: expect.stringMatching(
        /nodes of the cluster \(b\) use embedder "large", and this node "small"/,
      ),
    });
    await agreement.change(models('large', 'yunet'));
    await nats.kill();
    await expect(agreement.change(models('small'))).rejects.toMatchObject({ code: 'cluster.unreachable' });
  });
});
