import type { Socket } from 'node:net';
import { proxyTo } from './proxy.js';

const EVERY_MS = 10;

/** A way to a server that carries so many bytes per second in each direction. Ends with the test. @returns nats://127.0.0.1:PORT */
export async function slowLink(server: { url: string }, bytesPerSecond: number): Promise<string> {
  const bytesPerTurn = (bytesPerSecond * EVERY_MS) / 1000;
  const { port } = await proxyTo(Number(new URL(server.url).port), (near, far) => {
    carry(near, far, bytesPerTurn);
    carry(far, near, bytesPerTurn);
  });
  return `nats://127.0.0.1:${port}`;
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
