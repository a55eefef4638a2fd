import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  path: string;
  /** The connection that it came over, numbered from 1. */
  connection: number;
}

/** A real HTTP server that records its requests, and answers as configured. */
export class Receiver {
  readonly received: Received[] = [];
  /** How the next requests are answered; 204 to begin with. */
  answer: (response: ServerResponse, request: Received) => void = (response) => response.writeHead(204).end();
  connections = 0;
  port = 0;
  #server = createServer();

  /** Numbers of the events that were sent. */
  get seqs(): number[] {
    return this.received.map(({ body }) => JSON.parse(body).seq);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  async start(): Promise<this> {
    const numbers = new WeakMap<object, number>();
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (data) => {
        body += data;
      });
      request.on('end', () => {
        const connection = numbers.get(request.socket) ?? 0;
        const received = { headers: request.headers, body, path: request.url ?? '', connection };
        this.received.push(received);
        this.answer(response, received);
      });
    });
    this.#server.on('connection', (socket) => {
      numbers.set(socket, ++this.connections);
    });
    await new Promise<void>((resolve) => this.#server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Starts one that ends with the test. */
export async function receiver(): Promise<Receiver> {
  const one = await new Receiver().start();
  onTestFinished(() => one.stop());
  return one;
}
