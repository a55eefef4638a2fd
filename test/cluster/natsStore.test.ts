import type { KvEntry } from '@nats-io/kv';
import { expect, it, onTestFinished } from 'vitest';
import { openLink } from '../../src/cluster/link.js';
import { namesOf } from '../../src/cluster/names.js';
import { checkFormat, openStore } from '../../src/cluster/natsStore.js';
import { Sealer } from '../../src/cluster/sealer.js';
import { KEY } from '../helpers/cluster.js';
import { needNats, startNats } from '../helpers/natsServer.js';

it('reads the format again from a replica that is behind, rather than taking it for that of another key', async () => {
  const sealer = new Sealer(KEY);
  let value: Uint8Array | null = null;
  let reads = 0;
  const bucket = {
    get: async () => {
      reads += 1;
      return value && reads > 3 ? ({ operation: 'PUT', value } as KvEntry) : null;
    },
    create: async (_key: string, made: Uint8Array | string) => {
      value = made as Uint8Array;
      return 1;
    },
  };
  await checkFormat(bucket, { cluster: 'home', sealer, version: '1.2.3' });
  expect(reads).toBe(4);
  const other = { cluster: 'home', sealer: new Sealer('another key of as many letters'), version: '1.2.3' };
  await expect(checkFormat(bucket, other)).rejects.toThrow(/has another key/);
});

it('is made by nodes that start together, where NATS has space for the events of one cluster only', async (context) => {
  needNats(context);
  const nats = await startNats({ space: '100MB' });
  const tls = { ca: null, certificate: null, key: null };
  const login = { user: null, password: null, token: null, nkey: null, credentials: null };
  const links = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      openLink({ servers: [nats.url], node: `node-${index}`, ...login, tls }),
    ),
  );
  onTestFinished(async () => {
    for (const { connection } of links) await connection.close();
  });
  const options = {
    ...{ cluster: 'home', names: namesOf('home'), sealer: new Sealer(KEY) },
    ...{ replicas: null, maxEventBytes: 64_000_000, version: '1.2.3' },
  };
  const stores = await Promise.all(links.map((link) => openStore(link, options)));
  expect(stores).toHaveLength(links.length);
});
