import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { KEY } from '../helpers/cluster.js';
import { configure, type Daemon, daemon, eventually } from '../helpers/daemon.js';
import { needNats, startNats } from '../helpers/natsServer.js';
import { demoClip } from '../helpers/paths.js';
import { receiver } from '../helpers/receiver.js';
import { temporaryFolder } from '../helpers/temporary.js';

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
  const configOf = (name: string) =>
    configure(
      ['door', 'yard'].map((id) => ({ id, url: demoClip, fps: 5, loop: true })),
      `cluster: { servers: ['${nats.url}'], node: ${name}, key: '${KEY}' }\ndata: data-${name}\nwebhooks: ${webhooks}\nvisits: { enabled: true }\n`,
    );
  const configOfA = configOf('a');
  const a = await daemon(configOfA);
  // The first one sends.
  await eventually(
    () => far.received.length,
    (count) => count > 3,
  );
  const b = await daemon(configOf('b'));
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

  // With its data folder, as only that is the same node to the others.
  const again = await daemon(configOfA);
  const all = await eventually(
    () => historyOf(again),
    (events) => events.length >= history.length,
  );
  expect(all.slice(0, history.length)).toEqual((await historyOf(b)).slice(0, history.length));
});

it('a node whose data disk is full starts all the same, and publishes when there is room', async ({
  skip,
}) => {
  const disk = temporaryFolder();
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk]).status !== 0)
    skip('needs root, to mount a small disk');
  onTestFinished(() => void spawnSync('umount', ['-l', disk]));
  const nats = await startNats();
  const cluster = `cluster: { servers: ['${nats.url}'], node: a, key: '${KEY}' }`;
  const camera = { id: 'door', url: demoClip, fps: 5, loop: true };
  const config = configure([camera], `${cluster}\ndata: ${disk}\n`);
  const first = await daemon(config);
  first.child.kill('SIGTERM');
  await once(first.child, 'exit');
  const other = path.join(disk, 'other');
  expect(() => writeFileSync(other, Buffer.alloc(16 << 20))).toThrow(/ENOSPC/);
  const a = await daemon(config);
  expect(a.log()).not.toMatch(/the event log is not open/);
  rmSync(other);
  await eventually(
    () => historyOf(a).catch(() => []),
    (events) => events.length > 0,
  );
});
