import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface CutLink {
  /** nats://127.0.0.1:PORT */
  url: string;
  /** Ends every connection, and refuses new ones. */
  cut: () => void;
  mend: () => void;
}

/** A way to a server that can be cut, for one node alone. Ends with the test. */
export async function cutLink(server: { url: string }): Promise<CutLink> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const far = connect(Number(new URL(server.url).port), '127.0.0.1');
    for (const [socket, other] of [
      [client, far],
      [far, client],
    ]) {
      sockets.add(socket);
      socket.setNoDelay(true).on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    end();
    proxy.close();
  });
  return {
    url: `nats://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    cut: () => {
      isCut = true;
      end();
    },
    mend: () => {
      isCut = false;
    },
  };
}
