import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

const dialling = new AsyncLocalStorage<(socket: Socket) => void>();
subscribe('net.client.socket', (message) => dialling.getStore()?.((message as { socket: Socket }).socket));

/**
 * Connects with the client of NATS, which tries one server after the other and leaves the socket of an attempt that fails open: it would
 * keep the process from ending for as long as the server is silent.
 *
 * @param signal ends the attempts, which then fail
 */
export async function closingSockets<T>(connect: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  let last: Socket | null = null;
  let isConnected = false;
  const close = () => last?.destroy();
  const note = (socket: Socket) => {
    // What the client opens later is not ours, and may be of whom it calls.
    if (isConnected) return;
    close();
    last = socket;
    if (signal?.aborted) close();
  };
  signal?.addEventListener('abort', close);
  try {
    const connection = await dialling.run(note, connect);
    isConnected = true;
    return connection;
  } catch (error) {
    close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', close);
  }
}
