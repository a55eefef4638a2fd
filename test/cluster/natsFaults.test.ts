import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { describeFault, refusalOf } from '../../src/cluster/natsFaults.js';
import { needNats, startNats } from '../helpers/natsServer.js';

it('tells a bucket that is missing from a server without JetStream', async (context) => {
  needNats(context);
  const { url } = await startNats();
  const connection = await connect({ servers: url });
  onTestFinished(() => connection.close());
  const bucket = await new Kvm(connection).create('gone');
  await bucket.destroy();
  const error: unknown = await bucket.put('key', 'value').then(
    () => null,
    (fault: unknown) => fault,
  );
  expect(describeFault(error)).toMatch(/gone.*: its bucket or stream was deleted, or servers are away$/);
  // It is made again, and no reason to end.
  expect(refusalOf(error, url)).toBeNull();
});
