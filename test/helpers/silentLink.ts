import { proxyTo } from './proxy.js';

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
  let [count, open] = [0, 0];
  const { port } = await proxyTo(server.port, (near, far) => {
    count += 1;
    open += 1;
    near.pipe(far, { end: false });
    far.pipe(near);
    // What the server still sends is read, or its end would not be seen.
    near.on('close', () => far.resume());
    far.on('close', () => {
      open -= 1;
      near.destroy();
    });
  });
  return { url: `mqtt://127.0.0.1:${port}`, count: () => count, open: () => open };
}
