import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** How a server answers one request. @param number of the request, from 1 */
export type Answerer = (request: IncomingMessage, response: ServerResponse, number: number) => void;

/** A server of files on 127.0.0.1, and the requests that it has got. Ends with the test. */
export interface FileServer {
  /** Without a slash at the end. */
  url: string;
  requests: { path: string; headers: IncomingMessage['headers'] }[];
}

export async function fileServer(answer: Answerer): Promise<FileServer> {
  const requests: FileServer['requests'] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers });
    // The client may go away at any time.
    response.on('error', () => {});
    answer(request, response, requests.length);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Sends a file as servers of downloads do: with its length, its ETag and ranges. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  etag = '"1"',
): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const condition = request.headers['if-range'];
  const headers = { etag, 'content-type': 'application/octet-stream' };
  if (start === 0 || (condition !== undefined && condition !== etag)) {
    response.writeHead(200, { ...headers, 'content-length': content.length }).end(content);
    return;
  }
  if (start >= content.length) {
    response.writeHead(416, { ...headers, 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const rest = content.subarray(start);
  const range = `bytes ${start}-${content.length - 1}/${content.length}`;
  response.writeHead(206, { ...headers, 'content-length': rest.length, 'content-range': range }).end(rest);
}

/** Sends the beginning of a file, and then breaks the connection. */
export function sendHalf(response: ServerResponse, content: Buffer, then: () => void): void {
  response.writeHead(200, { etag: '"1"', 'content-length': content.length });
  response.write(content.subarray(0, content.length / 2), then);
}
