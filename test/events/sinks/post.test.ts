import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebhookSink } from '../../../src/events/sinks/webhook.js';
import { MemoryLog } from '../../helpers/eventLog.js';
import { Receiver, receiver } from '../../helpers/receiver.js';
import { drive, until } from '../../helpers/sinks.js';
import { hook, webhookOptions } from '../../helpers/webhook.js';

/** A TCP server that hands over each connection with its first data; ends with the test. */
async function rawServer(answer: (socket: Socket) => unknown): Promise<{ url: string }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    // The far end resets connections.
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

/** As a webhook uses it. */
describe('Poster', () => {
  it('gives up on a far end that never answers at the timeout', async () => {
    const far = await receiver();
    far.answer = (response, _request) => {
      if (far.received.length > 2) response.writeHead(200).end();
    };
    const { log, lines } = await hook(far.url, { timeoutMs: 100 });
    log.commit();
    await until(() => far.received.length === 3);
    expect(lines[0]).toContain(`no answer from 127.0.0.1:${far.port} within 100 ms`);
  });

  it('stops in time when a far end hangs, and sends the event after the next start', async () => {
    const far = await receiver();
    far.answer = () => {};
    const log = new MemoryLog();
    const first = await drive(new WebhookSink(webhookOptions(far.url), '1'), { log });
    log.commit();
    await until(() => far.received.length === 1);
    await first.driver.stop();
    expect(log.cursors.get('webhook:hook')).toBe(0);
    far.answer = (response) => response.writeHead(200).end();
    await drive(new WebhookSink(webhookOptions(far.url), '1'), { log });
    await until(() => far.seqs.length === 2);
    expect(far.seqs).toEqual([1, 1]);
  });

  it.each([['resets the connection', (response: { destroy(): unknown }) => response.destroy()]])(
    'retries a far end that %s',
    async (_how, answer) => {
      const far = await receiver();
      far.answer = (response) => {
        if (far.received.length < 3) answer(response);
        else response.writeHead(200).end();
      };
      const { log, lines } = await hook(far.url);
      log.commit();
      await until(() => far.received.length === 3);
      expect(lines[0]).toContain('closed the connection without answering');
    },
  );

  it('cuts off an endless body, and accepts the answer', async () => {
    const far = await receiver();
    far.answer = (response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(65_536);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    };
    const { log, outcomes } = await hook(far.url);
    log.commit();
    log.commit();
    await until(() => outcomes.length === 2);
    expect(outcomes).toEqual(['delivered', 'delivered']);
    expect(far.received[1].connection).toBe(2);
  });

  it('accepts an answer whose body stays open, closes the connection and sends the next event', async () => {
    const far = await receiver();
    const ends: Promise<unknown>[] = [];
    far.answer = (response) => {
      ends.push(once(response, 'close'));
      response.writeHead(200).write('more to come');
    };
    const { log, lines, outcomes } = await hook(far.url, { timeoutMs: 100 });
    log.commit();
    log.commit();
    await until(() => outcomes.length === 2);
    expect(outcomes).toEqual(['delivered', 'delivered']);
    expect(far.seqs).toEqual([1, 2]);
    expect(far.received[1].connection).toBe(2);
    await Promise.all(ends);
    expect(lines).toEqual([]);
  });

  it('accepts the headers as the answer when the body is late', async () => {
    const far = await receiver();
    const bodies: ServerResponse[] = [];
    far.answer = (response) => {
      bodies.push(response);
      response.writeHead(200).write('first part');
    };
    const { log, outcomes } = await hook(far.url);
    log.commit();
    await until(() => outcomes.length === 1);
    expect(outcomes).toEqual(['delivered']);
    expect(bodies[0].destroyed).toBe(false);
    bodies[0].end('second part');
    log.commit();
    await until(() => far.received.length === 2);
    expect(far.received[1].connection).toBe(1);
  });

  it.each([
    ['endless', (response: ServerResponse) => void response.write('no_text'.repeat(10_000))],
    ['never ends', (response: ServerResponse) => void response.write('no_text')],
  ])('reads the beginning of a refusal that is %s, and sends the next event', async (_how, write) => {
    const far = await receiver();
    far.answer = (response) => {
      if (far.received.length > 1) response.writeHead(204).end();
      else write(response.writeHead(400));
    };
    const { log, outcomes } = await hook(far.url);
    log.commit();
    log.commit();
    await until(() => outcomes.length === 2);
    expect(outcomes).toEqual(['dead_letter', 'delivered']);
    expect(log.letters[0].reason).toMatch(/answered 400 Bad Request: no_text/);
  });

  it.each([
    [
      'answers 101',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n',
      'bad upgrade',
    ],
    ['answers 101 without an upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', 'bad upgrade'],
    ['sends interim answers only', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100), 'no answer from'],
    ['sends no end of headers', `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(20_000)}`, 'Headers Overflow'],
  ])('retries a far end that %s', async (_how, answer, reason) => {
    const far = await rawServer((socket) => socket.write(answer));
    // The answers that are faults must be read before the time is over.
    const timeoutMs = reason === 'no answer from' ? 100 : 10_000;
    const { log, lines, outcomes, driver } = await hook(far.url, { timeoutMs });
    log.commit();
    await until(() => outcomes.length >= 2);
    expect(new Set(outcomes)).toEqual(new Set(['retry']));
    expect(lines[0]).toContain(reason);
    expect(driver.lag).toBe(1);
  });

  it('cuts off endless interim responses at the timeout', async () => {
    const far = await rawServer((socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000)));
      };
      socket.on('drain', more);
      more();
    });
    const { log, lines, outcomes } = await hook(far.url, { timeoutMs: 100 });
    log.commit();
    await until(() => outcomes.length >= 2);
    expect(new Set(outcomes)).toEqual(new Set(['retry']));
    expect(lines[0]).toContain('no answer from');
  });

  it('retries when the connection closes in the middle of the headers', async () => {
    const far = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'));
    const { log, lines, outcomes } = await hook(far.url);
    log.commit();
    await until(() => outcomes.length >= 2);
    expect(new Set(outcomes)).toEqual(new Set(['retry']));
    expect(lines[0]).toContain('closed the connection without answering');
  });

  it('gives up on an unfinished TLS handshake at the timeout, and closes the connection', async () => {
    const closed: Promise<unknown>[] = [];
    const far = await rawServer((socket) => closed.push(once(socket, 'close')));
    const { log, lines, driver } = await hook(far.url.replace('http:', 'https:'), { timeoutMs: 100 });
    log.commit();
    await until(() => closed.length >= 2);
    expect(lines[0]).toContain('no answer from');
    await driver.stop();
    await Promise.all(closed);
  });

  it('stops in time during an unfinished TLS handshake', async () => {
    const closed: Promise<unknown>[] = [];
    const far = await rawServer((socket) => closed.push(once(socket, 'close')));
    const { log, driver } = await hook(far.url.replace('http:', 'https:'));
    log.commit();
    await until(() => closed.length === 1);
    await driver.stop();
    await Promise.all(closed);
  });

  it('retries a far end that does not speak HTTP, and logs nothing of its path or login', async () => {
    const far = await rawServer((socket) => socket.end('SSH-2.0-x\r\n'));
    const { host } = new URL(far.url);
    const { log, lines } = await hook(`http://user:p4ssw0rd@${host}/path-token?key=tok3n`);
    log.commit();
    await until(() => lines.length === 1);
    expect(lines[0]).toContain(host);
    expect(lines[0]).not.toMatch(/p4ssw0rd|path-token|tok3n/);
  });

  it('repeats a request at once when a kept connection closes under it', async () => {
    const far = await receiver();
    far.answer = (response) => {
      if (far.received.length === 2) response.destroy();
      else response.writeHead(204).end();
    };
    const { log, outcomes } = await hook(far.url);
    log.commit();
    log.commit();
    await until(() => outcomes.length === 2);
    expect(outcomes).toEqual(['delivered', 'delivered']);
    expect(far.received.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });

  it('does not report a failure when a kept connection closes between requests', async () => {
    const far = new Receiver();
    await far.start();
    const { log, outcomes, driver } = await hook(far.url);
    log.commit();
    await until(() => outcomes.length === 1);
    await far.stop();
    await far.start();
    log.commit();
    await until(() => far.received.length === 2);
    await until(() => outcomes.length === 2);
    expect(outcomes).toEqual(['delivered', 'delivered']);
    await driver.stop();
    await far.stop();
  });
});
