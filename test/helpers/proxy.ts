import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Proxy {
  /** On 127.0.0.1. */
  port: number;
  /** Ends every connection. */
  end: () => void;
}

/**
 * A way to a port of this machine. Ends with the test.
 *
 * @param join called with both sides of each connection, to carry what comes
 * @param isOpen whether connections are taken
 */
export async function proxyTo(
  port: number,
  join: (near: Socket, far: Socket) => void,
  isOpen = () => true,
): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    if (!isOpen()) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true).on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    join(near, far);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    end();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, end };
}

/** Carries everything in both directions; the end of one side ends the other. */
export function joinSides(near: Socket, far: Socket): void {
  for (const [from, to] of [
    [near, far],
    [far, near],
  ]) {
    from.pipe(to);
    from.on('close', () => to.destroy());
  }
}
