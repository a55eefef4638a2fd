import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP proxy that misbehaves. */
export interface Chaos {
  port: number;
  /** Holds back what the server sends; the connections stay open. */
  stall(): void;
  /** Resolves when so many bytes are held back. */
  held(bytes: number): Promise<void>;
  /** Lets go of everything held back, at once, and of what follows. */
  resume(): void;
  /** Ends all connections without a goodbye. */
  cut(): void;
}

/** A proxy on 127.0.0.1 before a server there. Ends with the test. */
export async function startChaos(target: number): Promise<Chaos> {
  const pairs = new Set<{ client: Socket; server: Socket; kept: Buffer[] }>();
  const events = new EventEmitter();
  let isStalled = false;
  let heldBytes = 0;

  const proxy = createServer((client) => {
    const pair = { client, server: connect(target, '127.0.0.1'), kept: [] as Buffer[] };
    pairs.add(pair);
    const end = () => {
      client.destroy();
      pair.server.destroy();
      pairs.delete(pair);
    };
    for (const socket of [client, pair.server]) socket.on('error', end).on('close', end);
    client.pipe(pair.server);
    pair.server.on('data', (bytes) => {
      if (!isStalled) {
        client.write(bytes);
        return;
      }
      pair.kept.push(bytes);
      heldBytes += bytes.length;
      events.emit('held');
    });
  });
  const cut = () => {
    for (const { client, server } of pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
  };
  onTestFinished(() => {
    cut();
    proxy.close();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');

  return {
    port: (proxy.address() as AddressInfo).port,
    stall: () => {
      isStalled = true;
    },
    held: async (bytes) => {
      while (heldBytes < bytes) await once(events, 'held');
    },
    resume: () => {
      isStalled = false;
      heldBytes = 0;
      for (const { client, kept } of pairs) for (const bytes of kept.splice(0)) client.write(bytes);
    },
    cut,
  };
}
