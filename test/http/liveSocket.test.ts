import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { viewsOf } from '../../src/http/api.js';
import { LIVE_PATH, LiveSocket } from '../../src/http/liveSocket.js';
import type { Tile } from '../../src/http/liveTiles.js';
import { httpServer } from '../helpers/http.js';
import { openLog } from '../helpers/log.js';
import { until } from '../helpers/sinks.js';

const JPEG = Uint8Array.of(1, 2, 3);

/** A server whose clients may see these cameras. */
async function serve(cameras: string[] | null = null) {
  const watched: Tile[][] = [];
  const live = new LiveSocket({
    cameras: () => ['door', 'yard'],
    limits: () => ({ maxWidth: 1280, maxFps: 10 }),
    onWatched: (tiles) => watched.push(tiles),
    onClosed: () => {},
  });
  const { log } = await openLog();
  await live.start();
  const http = await httpServer(
    { api: viewsOf(log, () => []) },
    {
      sockets: {
        [LIVE_PATH]: {
          needs: 'cameras:read',
          upgrade: (request, socket, head) => live.upgrade(request, socket, head, { cameras }),
          signOut: (stream) => live.signOut(stream),
        },
      },
    },
  );
  onTestFinished(() => live.stop());
  const connect = async () => {
    const socket = new WebSocket(`${http.address.replace('http', 'ws')}/api/v1/live`);
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    const pictures: string[] = [];
    const errors: string[] = [];
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) errors.push(JSON.parse(data.toString()).message);
      else pictures.push(JSON.parse(data.subarray(4, 4 + data.readUInt32BE(0)).toString()).at);
    });
    /** Resolves once the server has read everything. */
    const settled = async () => {
      const pong = once(socket, 'pong');
      socket.ping();
      await pong;
    };
    const watch = async (...tiles: object[]) => {
      socket.send(JSON.stringify({ type: 'watch', tiles }));
      await settled();
    };
    return { socket, pictures, errors, watch, settled };
  };
  const show = (camera: string, at: string, jpeg = JPEG) =>
    live.show({ camera, at, width: 2, height: 1, boxes: [] }, jpeg);
  return { live, connect, show, watched };
}

describe('LiveSocket', () => {
  it('sends each client the cameras that it watches, and reports what all watch together', async () => {
    const { live, connect, show, watched } = await serve();
    const [one, other] = [await connect(), await connect()];
    await one.watch({ camera: 'door', width: 640, fps: 5 });
    await other.watch({ camera: 'yard', width: 320, fps: 1 }, { camera: 'door', width: 100, fps: 1 });
    expect(live.viewers).toBe(2);
    expect(watched.at(-1)).toEqual([
      { camera: 'door', width: 640, fps: 5 },
      { camera: 'yard', width: 320, fps: 1 },
    ]);
    show('door', 'a');
    show('yard', 'b');
    await Promise.all([one.settled(), other.settled()]);
    expect([one.pictures, other.pictures]).toEqual([['a'], ['a', 'b']]);
    await one.watch();
    other.socket.close();
    await until(() => watched.at(-1)?.length === 0);
    expect(live.viewers).toBe(0);
  });

  it('sends no client more often than it asked for', async () => {
    const { connect, show } = await serve();
    const client = await connect();
    await client.watch({ camera: 'door', width: 640, fps: 1 / 60 });
    for (const at of ['a', 'b', 'c']) show('door', at);
    await client.settled();
    expect(client.pictures).toEqual(['a']);
  });

  it('skips pictures for a client that does not read, and goes on with a new one', async () => {
    const { connect, show } = await serve();
    const client = await connect();
    await client.watch({ camera: 'door', width: 640, fps: 10 });
    client.socket.pause();
    const large = new Uint8Array(4 << 20);
    let shown = 0;
    // The first ones fill the buffers of the system.
    const pump = setInterval(() => show('door', String(++shown), large), 20);
    await until(() => shown > 40);
    clearInterval(pump);
    client.socket.resume();
    await until(() => {
      show('door', 'last');
      return client.pictures.includes('last');
    });
    expect(client.pictures.length).toBeLessThan(20);
  });

  it('refuses a camera that the caller may not see as one that is not there', async () => {
    const { connect, show, watched } = await serve(['yard']);
    const client = await connect();
    await client.watch({ camera: 'door', width: 640, fps: 5 });
    await client.watch({ camera: 'attic', width: 640, fps: 5 });
    show('door', 'a');
    await client.settled();
    expect(client.pictures).toEqual([]);
    expect(client.errors).toEqual(['no camera "door" is configured', 'no camera "attic" is configured']);
    await client.watch({ camera: 'door', width: 640, fps: 5 }, { camera: 'yard', width: 320, fps: 1 });
    expect(watched).toEqual([[{ camera: 'yard', width: 320, fps: 1 }]]);
  });

  it('keeps no answers for a client that asks on and on, and does not read', async () => {
    const { connect, watched } = await serve();
    const { socket, errors, watch, settled } = await connect();
    const asked = 90_000;
    socket.pause();
    for (let i = 0; i < asked; i++) socket.send('x');
    socket.send(JSON.stringify({ type: 'watch', tiles: [{ camera: 'door', width: 64, fps: 1 }] }));
    await until(() => watched.length > 0);
    socket.resume();
    await settled();
    expect(errors.length).toBeLessThan(asked);
    await watch({ camera: 'none', width: 64, fps: 1 });
    expect(errors.at(-1)).toContain('"none"');
  });
});
