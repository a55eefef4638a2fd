import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SilentLink {
  /** mqtt://127.0.0.1:PORT */
  url: string;
  /** Connections so far. */
  count: () => number;
  /** How many of them the server has open. */
  open: () => number;
}

/**
 * A way to a server on which the end of a client is not seen, as when its machine loses power: the server's side of the connection stays
 * open. Ends with the test.
 */
export async function silentLink(server: { port: number }): Promise<SilentLink> {
  const far = new Set<Socket>();
  let count = 0;
  const proxy = createServer((near) => {
    count += 1;
    const socket = connect(server.port, '127.0.0.1');
    far.add(socket);
    for (const side of [near, socket]) side.setNoDelay(true).on('error', () => {});
    near.pipe(socket, { end: false });
    socket.pipe(near);
    socket.on('close', () => {
      far.delete(socket);
      near.destroy();
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of far) socket.destroy();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  return { url: `mqtt://127.0.0.1:${port}`, count: () => count, open: () => far.size };
}
