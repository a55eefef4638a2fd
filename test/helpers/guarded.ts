import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** An RTSP server on 127.0.0.1 that refuses every login. Ends with the test. */
export interface Guarded {
  port: number;
  /** Every request, whole. */
  requests: string[];
}

/** @param challenges values of its `WWW-Authenticate` headers */
export async function startGuarded(...challenges: string[]): Promise<Guarded> {
  const requests: string[] = [];
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk;
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        requests.push(request);
        const sequence = /^CSeq: *(\d+)/im.exec(request)?.[1] ?? '0';
        const isOpen = request.startsWith('OPTIONS');
        const headers = isOpen ? ['Public: DESCRIBE'] : challenges.map((one) => `WWW-Authenticate: ${one}`);
        const status = isOpen ? '200 OK' : '401 Unauthorized';
        socket.write(`${[`RTSP/1.0 ${status}`, `CSeq: ${sequence}`, ...headers].join('\r\n')}\r\n\r\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, requests };
}
