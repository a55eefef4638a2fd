import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { KEY } from '../helpers/cluster.js';
import { configText, type Daemon, daemon, eventually, Listener } from '../helpers/daemon.js';
import { comesAndGoes } from '../helpers/ffmpeg.js';
import { EXAMPLE_LOGIN, type NatsServer, needNats, startGuardedNats } from '../helpers/natsServer.js';
import { collins, demoGallery, hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { formsOf, tracesOf } from '../helpers/traces.js';

interface Node extends Daemon {
  folder: string;
  gallery: string;
  data: string;
}

/** A node with a gallery of its own, which knows nobody but Grace Hopper if anybody. */
async function startNode(node: string, nats: NatsServer, cameras: { id: string; [key: string]: unknown }[]) {
  const folder = temporaryFolder();
  const [gallery, data] = [path.join(folder, 'gallery'), path.join(folder, 'data')];
  mkdirSync(gallery);
  const config = path.join(folder, 'config.yaml');
  const cluster = { servers: [nats.url], node, key: KEY, maxMegabytes: 64, ...EXAMPLE_LOGIN };
  const text = configText(cameras, `data: data\ncluster: ${JSON.stringify(cluster)}\n`);
  writeFileSync(config, text.replace(demoGallery, gallery));
  return { ...(await daemon(config)), folder, gallery, data } satisfies Node;
}

const forget = async ({ address, data }: Node, person: string) => {
  const { token } = JSON.parse(readFileSync(path.join(data, 'control.json'), 'utf8')) as { token: string };
  const route = `${address}/api/v1/people/${encodeURIComponent(person)}/forget`;
  const response = await fetch(route, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as { remains: string[]; waiting: string[]; photos: string[] };
};

describe('spotter run: the people of a cluster', () => {
  beforeEach(needNats);

  it('names on one node whom another was given a photo of, until forgotten on both', async () => {
    const nats = await startGuardedNats();
    const [a, b] = await Promise.all([
      startNode('a', nats, []),
      startNode('b', nats, [{ id: 'door', url: comesAndGoes(collins), loop: true, realtime: true }]),
    ]);
    const client = new Listener(b.address);
    await client.until(({ kind }) => kind === 'left');
    mkdirSync(path.join(a.gallery, 'Éileen'));
    const added = path.join(a.folder, 'added.png');
    copyFileSync(collins, added);
    renameSync(added, path.join(a.gallery, 'Éileen/a.png'));
    await client.until(({ kind, person }) => kind === 'match' && person === 'Éileen');
    expect(existsSync(path.join(b.gallery, 'Éileen/a.png'))).toBe(true);
    // One of the two has worked the photo out, and the other has its result.
    copyFileSync(hopper, path.join(b.gallery, 'grace.jpg'));
    await eventually(
      () => existsSync(path.join(a.gallery, 'grace.jpg')),
      (isThere) => isThere,
    );
    const report = await forget(a, 'Éileen');
    expect(report).toMatchObject({ waiting: [], remains: [], photos: ['Éileen/'] });
    await eventually(
      () => tracesOf([nats.folder, a.gallery, a.data, b.gallery, b.data], formsOf('Éileen')),
      (traces) => traces.length === 0,
    );
    expect(existsSync(path.join(b.gallery, 'grace.jpg'))).toBe(true);
    // Their user may do what docs/cluster/permissions.conf allows.
    for (const { log } of [a, b]) expect(log()).not.toMatch(/permission/i);
  });
});
