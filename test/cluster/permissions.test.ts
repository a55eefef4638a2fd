import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clusterNode } from '../helpers/cluster.js';
import { eventually } from '../helpers/daemon.js';
import { EXAMPLE_LOGIN, needNats, startGuardedNats } from '../helpers/natsServer.js';
import { root } from '../helpers/paths.js';

const folder = path.join(root, 'docs/cluster');

describe('docs/cluster/permissions.conf', () => {
  it('allows what a node does, and no other subject', async (context) => {
    needNats(context);
    const nats = await startGuardedNats();
    const a = clusterNode('a', [nats], EXAMPLE_LOGIN);
    const b = clusterNode('b', [nats], EXAMPLE_LOGIN);
    await a.cluster.start();
    await b.cluster.start();
    await eventually(
      () => a.cluster.membership.others.map(({ node }) => node),
      ([one]) => one === 'b',
    );
    expect([a.log, b.log].flat().filter((line) => !line.startsWith('joined'))).toEqual([]);
    const other = clusterNode('c', [nats], { ...EXAMPLE_LOGIN, name: 'elsewhere' });
    await expect(other.cluster.start()).rejects.toMatchObject({
      code: 'cluster.refused',
      message: expect.stringMatching(
        /^NATS at \S+ does not allow publish of \$JS\.API\.STREAM\.\S+elsewhere-events; docs\/cluster\.md lists the permissions$/,
      ),
    });
  });

  it('is needed in full: a node without one of the streams says which subject it lacks', async (context) => {
    needNats(context);
    const nats = await startGuardedNats((text) =>
      text.replace(/^.*\$JS\.API\.\S+KV_spotter-spotter-people\S*$/gm, ''),
    );
    await expect(clusterNode('a', [nats], EXAMPLE_LOGIN).cluster.start()).rejects.toMatchObject({
      code: 'cluster.refused',
      message: expect.stringContaining('KV_spotter-spotter-people'),
    });
  });
});

describe('docs/cluster/docker-compose.yml', () => {
  const { services } = parse(readFileSync(path.join(folder, 'docker-compose.yml'), 'utf8'), { merge: true });
  const nats = readFileSync(path.join(folder, 'nats.conf'), 'utf8');
  const config = readFileSync(path.join(folder, 'config.yaml'), 'utf8');

  it('has three servers that know each other, and three nodes that know them', () => {
    const names = ['nats-1', 'nats-2', 'nats-3'];
    expect(Object.keys(services)).toEqual([...names, 'hallway', 'garage', 'office']);
    for (const name of names) {
      expect(services[name].environment.SERVER_NAME).toBe(name);
      expect(nats).toContain(`nats-route://${name}:6222`);
      expect(config).toContain(`nats://${name}:4222`);
    }
  });

  it('gives every variable that the files need', () => {
    const needed = (text: string) => [...text.matchAll(/^[^#\n]*\$\{?([A-Z_]+)/gm)].map(([, name]) => name);
    const permissions = readFileSync(path.join(folder, 'permissions.conf'), 'utf8').replaceAll(/"\$.*"/g, '');
    for (const name of [...needed(nats), ...needed(permissions)])
      expect(services['nats-1'].environment).toHaveProperty(name);
    for (const name of needed(config)) expect(services.hallway.environment).toHaveProperty(name);
  });
});
