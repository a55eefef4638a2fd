import type { KvEntry } from '@nats-io/kv';
import { expect, it } from 'vitest';
import { checkFormat } from '../../src/cluster/natsStore.js';
import { Sealer } from '../../src/cluster/sealer.js';
import { KEY } from '../helpers/cluster.js';

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
