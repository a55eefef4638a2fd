import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

const EVERY_MS = 10;

/** A way to a server that carries so many bytes per second in each direction. Ends with the test. @returns nats://127.0.0.1:PORT */
export async function slowLink(server: { url: string }, bytesPerSecond: number): Promise<string> {
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const far = connect(Number(new URL(server.url).port), '127.0.0.1');
    for (const [socket, other] of [
      [client, far],
      [far, client],
    ]) {
      sockets.add(socket);
      socket.setNoDelay(true).on('error', () => {});
      carry(socket, other, (bytesPerSecond * EVERY_MS) / 1000);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return `nats://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

function carry(from: Socket, to: Socket, bytesPerTurn: number): void {
  let waiting = Buffer.alloc(0);
  from.on('data', (data) => {
    waiting = Buffer.concat([waiting, data]);
    from.pause();
  });
  const turns = setInterval(() => {
    to.write(waiting.subarray(0, bytesPerTurn));
    waiting = waiting.subarray(bytesPerTurn);
    if (waiting.length === 0) from.resume();
  }, EVERY_MS);
  from.on('close', () => {
    clearInterval(turns);
    to.destroy();
  });
}
