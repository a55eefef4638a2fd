import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { spotter } from '../helpers/cli.js';
import { KEY } from '../helpers/cluster.js';
import { configure, daemon, eventually, metricsOf } from '../helpers/daemon.js';
import { LiveClient } from '../helpers/liveClient.js';
import { EXAMPLE_LOGIN, needNats, startGuardedNats } from '../helpers/natsServer.js';
import { temporaryFolder } from '../helpers/temporary.js';

interface Overview {
  cluster: { nodes: { node: string; cameras: { id: string; lease: number; state: string }[] }[] };
}

describe('a node that watches nothing itself', () => {
  beforeEach(needNats);

  it('shows the cameras, pictures, faces and metrics of another one, and changes the cameras of all', async () => {
    const nats = await startGuardedNats();
    const login = JSON.stringify(EXAMPLE_LOGIN).slice(1, -1);
    const of = (node: string, more: string) =>
      `cluster: { servers: ['${nats.url}'], key: '${KEY}', node: ${node}, config: shared${more}, ${login} }\ndata: data-${node}\nsnapshots: { enabled: true }\n`;
    const door = { id: 'door', loop: true, realtime: true };
    // The first node shares the cameras of its file; the second one has none.
    const config = configure([door], of('front', ', maxCameras: 0'));
    const { address } = await daemon(config);
    const back = await daemon(configure([], of('back', '')));
    const get = (route: string) => fetch(`${address}/api/v1${route}`);
    const held = async () => {
      const { cluster } = (await (await get('/cluster')).json()) as Overview;
      return cluster.nodes.find(({ node }) => node === 'back')?.cameras ?? [];
    };
    const [before] = await eventually(held, (cameras) => cameras.some(({ state }) => state === 'live'));
    expect(before.id).toBe('door');

    const frame = await eventually(
      () => get('/cameras/door/frame.jpg?width=320'),
      ({ status }) => status === 200,
    );
    expect(frame.headers.get('content-type')).toBe('image/jpeg');
    const client = new LiveClient(address);
    client.watch({ camera: 'door', width: 320, fps: 5 });
    await client.next(2, ({ camera }) => camera === 'door');
    client.watch();

    const events = async () =>
      ((await (await get('/events?kind=match')).json()) as { events: { seq: number; node: string }[] })
        .events;
    const [event] = await eventually(events, ({ length }) => length > 0);
    expect(event.node).toBe('back');
    expect((await get(`/events/${event.seq}/face.jpg`)).headers.get('content-type')).toBe('image/jpeg');
    const { faces } = (await (await get('/faces')).json()) as {
      faces: { picture: string; camera: string }[];
    };
    expect(faces[0].camera).toBe('door');
    expect((await fetch(address + faces[0].picture)).status).toBe(200);

    const merged = await (await get('/cluster/metrics')).text();
    expect(merged).toContain('spotter_cluster_up{node="front"} 1');
    expect(merged).toContain('spotter_cluster_cameras{node="back"} 1');
    expect(await metricsOf(address)).toContain('spotter_cluster_nodes 2');

    const added = await spotter([
      'camera',
      'add',
      'test:320x240',
      '--id',
      'yard',
      '--untested',
      '-c',
      config,
    ]);
    expect([added.code, added.stdout]).toEqual([
      0,
      expect.stringMatching(/^shared configuration:\d+: .*yard/m),
    ]);
    const now = await eventually(held, ({ length }) => length === 2);
    // It was not disturbed.
    expect(now.find(({ id }) => id === 'door')?.lease).toBe(before.lease);
    const shown = await spotter(['cluster', 'config', 'show', '-c', config]);
    const file = path.join(temporaryFolder(), 'cameras.yaml');
    writeFileSync(file, `${shown.stdout}  - { id: door, url: test:320x240 }\n`);
    const refused = await spotter(['cluster', 'config', 'apply', file, '-c', config]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('shared configuration:')]);
    writeFileSync(file, Buffer.from(`${shown.stdout}# Café\n`, 'latin1'));
    const latin = await spotter(['cluster', 'config', 'apply', file, '-c', config]);
    expect([latin.code, latin.stderr]).toEqual([2, `spotter: ${file} is not UTF-8 text; save it as UTF-8\n`]);

    const status = await spotter(['cluster', 'status', '-c', config]);
    expect(status.stdout).toMatch(/^cluster spotter: 2 nodes, NATS /);
    expect(status.stdout).toMatch(/^door +back +/m);

    back.child.kill('SIGKILL');
    const face = await get(`/events/${event.seq}/face.jpg`);
    expect([face.status, ((await face.json()) as { error: string }).error]).toEqual([
      503,
      'node back does not answer; try again later',
    ]);
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
  });
});
