import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../helpers/daemon.js';
import { needNats, startNats } from '../helpers/natsServer.js';
import { watchListNode } from '../helpers/watchListNode.js';

describe('PeopleBucket', () => {
  beforeEach(needNats);

  it('takes records that were purged while nodes run for lost, and not for deleted', async () => {
    const nats = await startNats();
    const nodes = [watchListNode('a', [nats]), watchListNode('b', [nats])];
    for (const { cluster } of nodes) await cluster.start();
    const [a, b] = nodes;
    a.put('al/a.jpg', 'one');
    await eventually(b.files, (files) => 'al/a.jpg' in files);
    const connection = await connect({ servers: nats.url });
    onTestFinished(() => connection.close());
    await (await jetstreamManager(connection)).streams.purge('KV_spotter-home-people');
    a.put('al/b.jpg', 'two');
    await eventually(b.files, (files) => 'al/b.jpg' in files);
    for (const { files } of nodes) expect(files()).toEqual({ 'al/a.jpg': 'one', 'al/b.jpg': 'two' });
  });
});
