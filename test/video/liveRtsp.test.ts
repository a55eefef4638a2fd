import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startChaos } from '../helpers/chaos.js';
import { failureOf, live, look, markerOf } from '../helpers/live.js';
import { makeMarkerClip, needRtsp, startRtsp } from '../helpers/rtsp.js';
import { startTls } from '../helpers/tls.js';

const CLIP_SECONDS = 30;
let folder: string;
let clip: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'spotter-test-'));
  clip = path.join(folder, 'clip.mp4');
  makeMarkerClip(clip, CLIP_SECONDS);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('LiveSource: a camera', () => {
  it.for(['tcp', 'udp'] as const)('gives whole frames in order over %s', async (transport, context) => {
    needRtsp(context);
    const { port } = await startRtsp({ clip });
    const { source } = live(`rtsp://127.0.0.1:${port}/cam`, { transport });
    const numbers: number[] = [];
    const times: number[] = [];
    await look(source, 30, (frame) => {
      expect(frame.seq).toBeGreaterThan(times.length - 1);
      expect(frame).toMatchObject({
        cameraId: 'door',
        image: { width: 320, height: 180, format: 'yuv420p' },
      });
      expect(frame.image.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
      numbers.push(markerOf(frame));
      times.push(frame.mediaTimeMs);
    });
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('is opened with awkward credentials, written as they are, that no process list shows', async (context) => {
    needRtsp(context);
    const users: [string, string][] = [
      ['first.last', 'p@ss/w:rd'],
      ['us er', '100% sure?#'],
      ['cam', "it's \\ $& 'q'"],
      ['größe', 'пароль@1.2.3.4'],
    ];
    const { port } = await startRtsp({ clip, users });
    for (const [user, password] of users) {
      const { source, pids } = live(`rtsp://${user}:${password}@127.0.0.1:${port}/cam`);
      await look(source, 1);
      const arguments_ = readFileSync(`/proc/${pids[0]}/cmdline`, 'utf8');
      expect(arguments_).toContain('concat');
      expect(arguments_).not.toContain(password);
      expect(arguments_).not.toContain(encodeURIComponent(password));
      source.stop();
      await source.ended();
    }
  });

  it('that refuses the password is reported without the password', async (context) => {
    needRtsp(context);
    const { port } = await startRtsp({ clip, users: [['user', 'right']] });
    for (const password of ['wr@ng', 'wr/ng', 'wr%25ng']) {
      const { source, notices } = live(`rtsp://user:${password}@127.0.0.1:${port}/cam`);
      const error = await failureOf(source);
      expect(error).toMatchObject({ code: 'camera.auth' });
      expect(error.message).toBe(
        `camera door: 127.0.0.1:${port} refuses the user name or the password; correct them in the camera's url`,
      );
      expect(notices).toEqual([]);
    }
    const error = await failureOf(live(`rtsp://127.0.0.1:${port}/cam`).source);
    expect(error.message).toContain('requires a user name and a password');
  });

  it('is watched over TLS, with a certificate of its own and a password that appears nowhere', async (context) => {
    needRtsp(context);
    const [user, password] = ['first.last', 'p@ss/w:rd'];
    const port = await startTls((await startRtsp({ clip, users: [[user, password]] })).port);
    const { source, pids, notices } = live(`rtsps://${user}:${password}@127.0.0.1:${port}/cam`);
    await look(source, 5, markerOf);
    expect(readFileSync(`/proc/${pids[0]}/cmdline`, 'utf8')).not.toMatch(/p@ss|p%40ss/);
    expect(notices.join()).not.toMatch(/p@ss|p%40ss|first\.last/);
    const error = await failureOf(live(`rtsps://${user}:wr@ng@127.0.0.1:${port}/cam`).source);
    expect(error.message).toBe(
      `camera door: 127.0.0.1:${port} refuses the user name or the password; correct them in the camera's url`,
    );
    const plain = await startRtsp({ clip });
    const unsafe = await failureOf(live(`rtsps://${user}:${password}@127.0.0.1:${plain.port}/cam`).source);
    expect(unsafe.code).toBe('camera.unreachable');
    expect(unsafe.message).not.toMatch(/p@ss|p%40ss|first\.last/);
  });

  it('with sound only has no video', async (context) => {
    needRtsp(context);
    const { port } = await startRtsp({ clip });
    const error = await failureOf(live(`rtsp://127.0.0.1:${port}/sound`).source);
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain('sends sound or data only');
  });

  it('with no stream under the path is reported as such', async (context) => {
    needRtsp(context);
    const { port } = await startRtsp({ clip });
    const error = await failureOf(live(`rtsp://127.0.0.1:${port}/attic?token=secret`).source);
    expect(error).toMatchObject({ code: 'camera.unreachable' });
    expect(error.message).toContain('has no stream under this path');
    expect(error.message).not.toContain('secret');
  });

  it('that loses its power has failed, although ffmpeg ends in peace', async (context) => {
    needRtsp(context);
    const server = await startRtsp({ clip });
    const { source, running } = live(`rtsp://127.0.0.1:${server.port}/cam`);
    await look(source, 5);
    await server.kill();
    const error = await failureOf(source);
    expect(error).toMatchObject({ code: 'camera.ended' });
    expect(error.message).toMatch(/has ended the stream after \d+ pictures/);
    await source.ended();
    expect(running.size).toBe(0);
    const again = await failureOf(live(`rtsp://127.0.0.1:${server.port}/cam`).source);
    expect(again.message).toContain('refuses the connection');
  });

  it.for(['tcp', 'udp'] as const)(
    'that hangs is stalled over %s, and its ffmpeg ends',
    async (transport, context) => {
      needRtsp(context);
      const { port, child } = await startRtsp({ clip });
      const { source, running } = live(`rtsp://127.0.0.1:${port}/cam`, { transport, frameAgeMs: 1500 });
      await look(source, 5);
      child.kill('SIGSTOP');
      const error = await failureOf(source);
      expect(error).toMatchObject({ code: 'camera.stalled' });
      expect(error.message).toContain('for 1.5 s');
      await source.ended();
      expect(running.size).toBe(0);
    },
  );

  it('that comes back with a backlog offers none of it, and counts it', async (context) => {
    needRtsp(context);
    const { port } = await startRtsp({ clip });
    const proxy = await startChaos(port);
    const { source, dropped } = live(`rtsp://127.0.0.1:${proxy.port}/cam`);
    const seen: { sourceMs: number; arrivalMs: number }[] = [];
    const at = (frame: Parameters<typeof markerOf>[0]) =>
      seen.push({ sourceMs: markerOf(frame) * 40, arrivalMs: frame.mediaTimeMs });
    await look(source, 25, at);
    proxy.stall();
    await proxy.held((statSync(clip).size / CLIP_SECONDS) * 3);
    expect(dropped).not.toContain('stale');
    const before = seen.length;
    proxy.resume();
    await look(source, 40, at);
    expect(dropped.filter((reason) => reason === 'stale').length).toBeGreaterThan(10);
    const delays = seen.map(({ sourceMs, arrivalMs }) => arrivalMs - sourceMs);
    const leastMs = Math.min(...delays.slice(0, before));
    // A frame's own time stands in its picture. Its timestamp may differ from that by less than a frame.
    expect(Math.max(...delays.slice(before)) - leastMs).toBeLessThanOrEqual(1040);
  });

  it('that is cut off in the middle has ended', async (context) => {
    needRtsp(context);
    const { port } = await startRtsp({ clip });
    const proxy = await startChaos(port);
    const { source } = live(`rtsp://127.0.0.1:${proxy.port}/cam`);
    await look(source, 3);
    proxy.cut();
    expect(await failureOf(source)).toMatchObject({ code: 'camera.ended' });
  });

  it('whose name nobody knows is unreachable', async () => {
    const error = await failureOf(live('rtsp://user:pass@camera.invalid/x').source);
    expect(error).toMatchObject({ code: 'camera.unreachable' });
    expect(error.message).toContain('camera.invalid cannot be resolved');
  });

  it.each(['rtsp', 'http'])(
    'that takes a connection and says nothing is unreachable over %s',
    async (scheme) => {
      const server = createServer(() => {}).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const { source, running } = live(`${scheme}://127.0.0.1:${port}/x`, { connectMs: 1200 });
      const error = await failureOf(source);
      expect(error).toMatchObject({ code: 'camera.unreachable' });
      expect(error.message).toContain(`no picture from 127.0.0.1:${port} within 1.2 s`);
      await source.ended();
      expect(running.size).toBe(0);
    },
  );

  it('with a malformed address says what one looks like', async () => {
    expect(await failureOf(live('rtsp://').source)).toMatchObject({
      code: 'camera.address',
      message: 'camera door: the rtsp:// address has no host; write rtsp://host/path',
    });
  });
});
