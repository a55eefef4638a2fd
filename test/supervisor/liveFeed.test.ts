import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { schema } from '../../src/config/schema.js';
import type { LivePicture, ToEngine } from '../../src/ipc/protocol.js';
import { LiveFeed } from '../../src/supervisor/liveFeed.js';
import { LiveClient } from '../helpers/liveClient.js';
import { until } from '../helpers/sinks.js';

/** A feed with a real socket, and an engine by hand. */
async function feed() {
  const sent: ToEngine[] = [];
  const made: string[] = [];
  const config = schema.parse({ cameras: [{ id: 'door', url: 'test:320x240' }], live: { maxWidth: 800 } });
  const live = new LiveFeed({
    config: () => config,
    send: (message) => sent.push(message),
    shownName: (person) => (person === 'alice' ? 'Alice A.' : null),
    metrics: { livePicture: (camera) => made.push(camera), wsClosed: () => {} },
  });
  await live.start();
  const server = createServer().on('upgrade', (request, socket, head) =>
    live.socket.upgrade(request, socket, head, { cameras: null }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await live.stop();
    server.close();
  });
  const client = new LiveClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { live, sent, made, config, client };
}

const picture = (person: string): LivePicture => ({
  ...{ camera: 'door', capturedAtMs: 0, width: 2, height: 1, jpeg: Uint8Array.of(7) },
  boxes: [{ track: 'door-1', box: [0, 0, 1, 1], verdict: 'known', person, similarity: 0.6 }],
});

describe('LiveFeed', () => {
  it('asks each engine for what is watched, with the current settings', async () => {
    const { live, sent, config, client } = await feed();
    live.engineReady();
    expect(sent).toEqual([]);
    client.watch({ camera: 'door', width: 2000, fps: 4 });
    const wish = { kind: 'watch', tiles: [{ camera: 'door', width: 800, fps: 4, quality: 70 }] };
    await until(() => sent.length === 1);
    expect(sent).toEqual([wish]);
    live.engineReady();
    expect(sent).toEqual([wish, wish]);
    Object.assign(config.live, { quality: 30, maxWidth: 320, maxFps: 1 });
    live.configure();
    expect(sent.at(-1)).toEqual({
      kind: 'watch',
      tiles: [{ camera: 'door', width: 320, fps: 1, quality: 30 }],
    });
  });

  it('shows the names of people in the gallery, and of nobody else', async () => {
    const { live, sent, made, client } = await feed();
    client.watch({ camera: 'door', width: 640, fps: 10 });
    await until(() => sent.length === 1);
    const next = client.next(1);
    live.receive({ kind: 'picture', request: null, picture: picture('alice') });
    expect((await next)[0]).toMatchObject({
      at: '1970-01-01T00:00:00.000Z',
      boxes: [{ person: 'alice', displayName: 'Alice A.' }],
    });
    client.watch({ camera: 'door', width: 640, fps: 10 });
    await until(() => sent.length === 2);
    await until(() => {
      live.receive({ kind: 'picture', request: null, picture: picture('mallory') });
      return client.pictures.length > 1;
    });
    expect(client.pictures.at(-1)?.boxes).toMatchObject([{ person: null, displayName: null }]);
    expect(new Set(made)).toEqual(new Set(['door']));
  });

  it('orders one picture, again from an engine that comes later, and gives up at the end', async () => {
    const { live, sent } = await feed();
    const wanted = live.picture('door', 320);
    const order = { kind: 'order', request: 1, camera: 'door', width: 320, quality: 70 };
    live.engineReady();
    expect(sent).toEqual([order, order]);
    live.receive({ kind: 'picture', request: 1, picture: picture('alice') });
    live.receive({ kind: 'picture', request: 1, picture: picture('alice') });
    expect([...((await wanted) ?? [])]).toEqual([7]);
    const never = live.picture('door');
    expect(sent.at(-1)).toMatchObject({ width: 800 });
    await live.stop();
    expect(await never).toBeNull();
  });
});
