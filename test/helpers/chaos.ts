import { EventEmitter, once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP proxy that misbehaves. */
export interface Chaos {
  port: number;
  /** How many times somebody has connected. */
  readonly connections: number;
  /** From now on flips a bit in every so many bytes that the server sends. */
  corrupt(everyBytes: number): void;
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
  let connections = 0;
  let damage = (bytes: Buffer) => bytes;

  const proxy = createServer((client) => {
    connections++;
    const pair = { client, server: connect(target, '127.0.0.1'), kept: [] as Buffer[] };
    pairs.add(pair);
    const end = () => {
      client.destroy();
      pair.server.destroy();
      pairs.delete(pair);
    };
    for (const socket of [client, pair.server]) socket.on('error', end).on('close', end);
    client.pipe(pair.server);
    pair.server.on('data', (sent) => {
      const bytes = damage(sent);
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
    get connections() {
      return connections;
    },
    corrupt: (everyBytes) => {
      damage = flipper(everyBytes);
    },
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

/** Flips one bit in every so many bytes, each time another one. */
function flipper(everyBytes: number): (bytes: Buffer) => Buffer {
  let next = everyBytes;
  let flips = 0;
  return (bytes) => {
    for (; next < bytes.length; next += everyBytes) bytes[next] ^= 1 << (flips++ % 8);
    next -= bytes.length;
    return bytes;
  };
}

/** Accepts connections on a port of 127.0.0.1 and stays silent. Ends with the test. */
export async function startSilent(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port of 127.0.0.1 with no listener. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A web server on a port of 127.0.0.1. Ends with the test. */
export async function startWeb(listener: RequestListener): Promise<number> {
  const server = createHttp(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Answers with the same body to everybody. */
export const answering =
  (type: string, body: string | Buffer, status = 200): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };

/** Sends a JPEG as motion JPEG, again and again. */
export const motionJpeg =
  (picture: Buffer, everyMs: number): RequestListener =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
    const head = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`;
    const timer = setInterval(() => response.write(Buffer.concat([Buffer.from(head), picture])), everyMs);
    response.on('close', () => clearInterval(timer));
  };

/** The mistakes in the parts of {@link malformedMotionJpeg}. */
export type MultipartMistake =
  | 'no boundary before the first picture'
  | 'parts without a type'
  | 'a status line in the body'
  | 'a wrong length';

/** Sends a JPEG as motion JPEG again and again, with a mistake of cheap cameras. */
export const malformedMotionJpeg =
  (picture: Buffer, everyMs: number, mistake: MultipartMistake): RequestListener =>
  (_request, response) => {
    const type = 'multipart/x-mixed-replace; boundary=frame';
    response.writeHead(200, { 'content-type': type });
    const isLate = mistake === 'no boundary before the first picture';
    const length = picture.length + (mistake === 'a wrong length' ? 3 : 0);
    const typed = mistake === 'parts without a type' ? '' : 'Content-Type: image/jpeg\r\n';
    const head = Buffer.from(`${typed}Content-Length: ${length}\r\n\r\n`);
    const boundary = Buffer.from('--frame\r\n');
    const end = Buffer.from('\r\n');
    const part = isLate ? [head, picture, end, boundary] : [boundary, head, picture, end];
    if (mistake === 'a status line in the body')
      response.write(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n`);
    const timer = setInterval(() => response.write(Buffer.concat(part)), everyMs);
    response.on('close', () => clearInterval(timer));
  };

/** Sends a body evenly over so many seconds, as a camera that streams it would. */
export const streaming =
  (type: string, body: Buffer, seconds: number): RequestListener =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': type });
    const PIECE_MS = 50;
    const pieceBytes = Math.ceil((body.length * PIECE_MS) / 1000 / seconds);
    let sent = 0;
    const timer = setInterval(() => {
      response.write(body.subarray(sent, sent + pieceBytes));
      sent += pieceBytes;
      if (sent < body.length) return;
      clearInterval(timer);
      response.end();
    }, PIECE_MS);
    response.on('close', () => clearInterval(timer));
  };
