import { beforeEach, describe, expect, it } from 'vitest';
import { KEY } from '../helpers/cluster.js';
import { configure, type Daemon, daemon, eventually, Listener } from '../helpers/daemon.js';
import { needNats, startNats } from '../helpers/natsServer.js';

interface Camera {
  id: string;
  state: string;
  node: string | null;
}

async function camerasOf({ address }: Daemon): Promise<Camera[]> {
  const answer = await fetch(`${address}/api/v1/cameras`);
  return ((await answer.json()) as { cameras: Camera[] }).cameras;
}

const watchers = (cameras: Camera[]) =>
  cameras.map(({ id, node, state }) => `${id} ${state === 'live' ? node : state}`).join(', ');

describe('cameras of a cluster', () => {
  beforeEach(needNats);

  it('are watched by another node when one is killed or stops, which tells the gap', async () => {
    const nats = await startNats();
    const configOf = (name: string) =>
      configure(
        ['door', 'yard'].map((id) => ({ id, url: 'test:320x240', fps: 5 })),
        `cluster: { servers: ['${nats.url}'], node: ${name}, key: '${KEY}' }\ndata: data-${name}\n`,
      );
    const configOfA = configOf('a');
    const [a, b] = await Promise.all([daemon(configOfA), daemon(configOf('b'))]);
    const listener = new Listener(b.address);
    const before = await eventually(
      () => camerasOf(b),
      (cameras) => ['door a, yard b', 'door b, yard a'].includes(watchers(cameras)),
    );
    const lost = before.find((camera) => camera.node === 'a')?.id;
    const killedMs = Date.now();
    a.child.kill('SIGKILL');
    const gap = await listener.until(({ cause, camera }) => cause === 'node_lost' && camera === lost);
    expect(gap.node).toBe('b');
    expect(Date.parse(gap.from as string)).toBeLessThan(killedMs + 100);
    // The lease lasts 6 s; opening the camera takes a while on a busy machine.
    expect(Date.parse(gap.to as string) - killedMs).toBeLessThan(15_000);
    expect(watchers(await camerasOf(b))).toBe('door b, yard b');

    const again = await daemon(configOfA);
    const heard = new Listener(again.address);
    await eventually(
      () => camerasOf(again),
      (cameras) => watchers(cameras).includes('b'),
    );
    b.child.kill('SIGTERM');
    const moved = await heard.until(
      ({ cause, camera, node: by }) => cause === 'moved' && camera === lost && by === 'a',
    );
    expect(moved.lease as number).toBeGreaterThan(gap.lease as number);
    const lengthMs = Date.parse(moved.to as string) - Date.parse(moved.from as string);
    expect(lengthMs).toBeLessThan(10_000);
  });
});
