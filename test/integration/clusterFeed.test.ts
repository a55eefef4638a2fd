import { beforeEach, expect, it } from 'vitest';
import { KEY } from '../helpers/cluster.js';
import { configure, type Daemon, daemon, eventually } from '../helpers/daemon.js';
import { needNats, startNats } from '../helpers/natsServer.js';
import { demoClip } from '../helpers/paths.js';
import { receiver } from '../helpers/receiver.js';

interface Stored {
  seq: number;
  id: string;
  node: string;
  kind: string;
}

async function historyOf({ address }: Daemon): Promise<Stored[]> {
  const answer = await fetch(`${address}/api/v1/events?after=0&limit=500`);
  return ((await answer.json()) as { events: Stored[] }).events;
}

beforeEach(needNats);

it('the feed of a cluster: a sender that is killed loses nothing, and every node has the same events', async () => {
  const nats = await startNats();
  const far = await receiver();
  const webhooks = JSON.stringify([{ id: 'hook', url: far.url }]);
  const node = (name: string) =>
    daemon(
      configure(
        ['door', 'yard'].map((id) => ({ id, url: demoClip, fps: 5, loop: true })),
        `cluster: { servers: ['${nats.url}'], node: ${name}, key: '${KEY}' }\ndata: data-${name}\nworkers: 1\nwebhooks: ${webhooks}\nvisits: { enabled: true }\n`,
      ),
    );
  const a = await node('a');
  // The first one sends.
  await eventually(
    () => far.received.length,
    (count) => count > 3,
  );
  const b = await node('b');
  await eventually(
    () => historyOf(b),
    (events) => events.some((event) => event.node === 'b'),
  );
  a.child.kill('SIGKILL');
  const last = Math.max(...far.seqs);
  await eventually(
    () => far.seqs.filter((seq) => seq > last).length,
    (count) => count >= 5,
  );

  const sent = far.seqs;
  const history = (await historyOf(b)).filter(({ seq }) => seq <= Math.max(...sent));
  expect([...new Set(sent)]).toEqual(history.map(({ seq }) => seq));
  // At most the one that was on its way when the sender was killed.
  expect(sent.length - new Set(sent).size).toBeLessThanOrEqual(1);
  expect(new Set(history.map(({ id }) => id)).size).toBe(history.length);

  const again = await node('a');
  const all = await eventually(
    () => historyOf(again),
    (events) => events.length >= history.length,
  );
  expect(all.slice(0, history.length)).toEqual((await historyOf(b)).slice(0, history.length));
});
