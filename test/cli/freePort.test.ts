import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../src/cli/freePort.js';

const HOST = '127.0.0.1';

/** Listens on a port, 0 for any. @returns the port */
async function occupy(port: number): Promise<number> {
  const server = createServer().listen(port, HOST);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('freePort', () => {
  it('is the wanted port when it is free, else the next free one', async () => {
    const port = await occupy(0);
    const next = await freePort(HOST, port);
    expect(next).toBeGreaterThan(port);
    expect(await freePort(HOST, next)).toBe(next);
  });

  it('leaves the choice of any port to the server', async () => {
    expect(await freePort(HOST, 0)).toBe(0);
  });

  it('leaves an address that cannot be listened on to the server, which reports it', async () => {
    expect(await freePort('192.0.2.1', 8480)).toBe(8480);
  });

  it('gives up at the last port there is', async () => {
    await occupy(65535);
    await expect(freePort(HOST, 65535)).rejects.toThrow(
      'no port from 65535 to 65535 is free; choose another with --port',
    );
  });
});
