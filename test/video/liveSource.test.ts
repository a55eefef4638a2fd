import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startChaos } from '../helpers/chaos.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { failureOf, live, look, lumaAt, markerOf, nextFrame } from '../helpers/live.js';
import { descendantsOf } from '../helpers/processes.js';
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

/** A server on a free port of 127.0.0.1 that ends with the test. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createHttp(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answer =
  (type: string, body: string | Buffer, status = 200): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };

/** One frame of motion JPEG after the other, 20 a second. */
const motionJpeg =
  (picture: Buffer): RequestListener =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
    const head = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`;
    const timer = setInterval(() => response.write(Buffer.concat([Buffer.from(head), picture])), 50);
    response.on('close', () => clearInterval(timer));
  };

function made(name: string, ...args: string[]): Buffer {
  const file = path.join(folder, name);
  ffmpeg(...args, file);
  return readFileSync(file);
}

describe('a camera', () => {
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

  it('that refuses the password says so, and nobody hears the password', async (context) => {
    needRtsp(context);
    const { port } = await startRtsp({ clip, users: [['user', 'right']] });
    for (const password of ['wr@ng', 'wr/ng', 'wr%25ng']) {
      const { source, notices } = live(`rtsp://user:${password}@127.0.0.1:${port}/cam`);
      const error = await failureOf(source);
      expect(error).toMatchObject({ code: 'camera.auth' });
      expect(error.message).toBe(
        `camera door: 127.0.0.1:${port} refuses the user name or the password; check both in the camera's url`,
      );
      expect(notices).toEqual([]);
    }
    const error = await failureOf(live(`rtsp://127.0.0.1:${port}/cam`).source);
    expect(error.message).toContain('requires a user name and a password');
  });

  it('is watched over TLS, with a certificate of its own and a password that nobody hears', async (context) => {
    needRtsp(context);
    const [user, password] = ['first.last', 'p@ss/w:rd'];
    const port = await startTls((await startRtsp({ clip, users: [[user, password]] })).port);
    const { source, pids, notices } = live(`rtsps://${user}:${password}@127.0.0.1:${port}/cam`);
    await look(source, 5, markerOf);
    expect(readFileSync(`/proc/${pids[0]}/cmdline`, 'utf8')).not.toMatch(/p@ss|p%40ss/);
    expect(notices.join()).not.toMatch(/p@ss|p%40ss|first\.last/);
    const error = await failureOf(live(`rtsps://${user}:wr@ng@127.0.0.1:${port}/cam`).source);
    expect(error.message).toBe(
      `camera door: 127.0.0.1:${port} refuses the user name or the password; check both in the camera's url`,
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

  it('with no stream under the path says so', async (context) => {
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

describe('a stream over HTTP', () => {
  it('of motion JPEG gives frames with their colours', async () => {
    const picture = made('red.jpg', '-f', 'lavfi', '-i', 'color=red:size=320x180', '-frames:v', '1');
    const host = await serve(motionJpeg(picture));
    const { source, dropped } = live(`http://${host}/video`);
    await look(source, 5, (frame) => {
      expect(frame.image.colour).toEqual({ matrix: 'bt601', fullRange: false });
      // Red in limited range; in full range its luma would be 76.
      expect(Math.abs(lumaAt(frame, 0.5, 0.5) - 81)).toBeLessThan(3);
    });
    expect(dropped).not.toContain('stale');
  });

  it.each([
    ['smaller', '640x360', '320x180'],
    ['larger', '320x180', '640x360'],
  ])('keeps frames whole when they become %s', async (_what, ...sizes) => {
    const parts = sizes.map((size, index) => {
      makeMarkerClip(path.join(folder, `${index}.ts`), 2, size, '-f', 'mpegts');
      return readFileSync(path.join(folder, `${index}.ts`));
    });
    const host = await serve(answer('video/mp2t', Buffer.concat(parts)));
    const { source } = live(`http://${host}/change.ts`);
    const numbers: number[] = [];
    const error = await failureOf(source, (frame) => {
      expect([frame.image.width, frame.image.height].join('x')).toBe(sizes[0]);
      numbers.push(markerOf(frame));
    });
    expect(error.code).toBe('camera.ended');
    // The second part begins at 0 again, so the change was seen.
    expect(numbers.filter((number, index) => number < numbers[index - 1])).toHaveLength(1);
  });

  it('fails rather than stretch pictures of another shape, and is right when opened again', async () => {
    const [wide, high] = ['640x360', '480x360'].map((size) => {
      const file = path.join(folder, `${size}.ts`);
      makeMarkerClip(file, 2, size, '-f', 'mpegts');
      return readFileSync(file);
    });
    let opened = 0;
    const host = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'video/mp2t' });
      response.end(opened++ === 0 ? Buffer.concat([wide, high]) : high);
    });
    const numbers: number[] = [];
    const error = await failureOf(live(`http://${host}/change.ts`).source, (frame) => {
      expect(frame.image).toMatchObject({ width: 640, height: 360 });
      numbers.push(markerOf(frame));
    });
    expect(error).toMatchObject({ code: 'camera.ended' });
    expect(error.message).toContain('changed from 1.78 to 1.33;');
    // The second part begins at 0 again: nothing of it was offered.
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    await look(live(`http://${host}/change.ts`).source, 3, (frame) => {
      expect(frame.image).toMatchObject({ width: 480, height: 360 });
      markerOf(frame);
    });
  });

  it.each([
    ['a web page', 'text/html', '<!doctype html><title>Log in</title>', 'sends a web page'],
    [
      'something else',
      'application/octet-stream',
      Buffer.alloc(20_000, 7),
      'sends no video that ffmpeg knows',
    ],
  ])('that is %s is no video', async (_what, type, body, sentence) => {
    const host = await serve(answer(type, body));
    const error = await failureOf(live(`http://user:secret@${host}/`).source);
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain(sentence);
    expect(error.message).not.toContain('secret');
  });

  it.each(['still.jpg', 'snapshot.cgi'])('that is a single picture is no video: %s', async (name) => {
    const picture = made('still.jpg', '-f', 'lavfi', '-i', 'testsrc2=size=320x180', '-frames:v', '1');
    const host = await serve(answer('image/jpeg', picture));
    const error = await failureOf(live(`http://${host}/${name}`).source);
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain('sends a single picture');
  });

  it.each(['png', 'bmp'])('that is a single picture is never live, although it decodes: %s', async (kind) => {
    const picture = made(`still.${kind}`, '-f', 'lavfi', '-i', 'testsrc2=size=320x180', '-frames:v', '1');
    const host = await serve(answer(`image/${kind}`, picture));
    const { source, came } = live(`http://${host}/still.${kind}`);
    const seen: number[] = [];
    const error = await failureOf(source, ({ seq }) => seen.push(seq));
    expect(error.message).toContain('sends a single picture');
    expect(came.whole).toBe(1);
    expect(seen).toEqual([]);
  });

  it.each([
    [401, 'camera.auth', 'refuses the user name or the password'],
    [403, 'camera.auth', 'does not let this user see the stream'],
    [404, 'camera.unreachable', 'has no stream under this path'],
    [500, 'camera.unreachable', 'answers with a server error'],
  ])('that answers %i says what that means', async (status, code, sentence) => {
    const host = await serve(answer('text/plain', 'no', status));
    const error = await failureOf(live(`http://user:secret@${host}/video`).source);
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(sentence);
    expect(error.message).not.toContain('secret');
  });

  it('of tiny pictures is no video', async () => {
    const picture = made('tiny.jpg', '-f', 'lavfi', '-i', 'color=red:size=8x8', '-frames:v', '1');
    const host = await serve(motionJpeg(picture));
    const error = await failureOf(live(`http://${host}/video`).source);
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain('are smaller than 16 px, too small for a face');
  });
});

describe('the frames of a live source', () => {
  it('are the newest when nobody takes them, and the others are counted', async () => {
    const { source, dropped } = live('test:320x180');
    const first = await nextFrame(source);
    await source.ready();
    // Nobody takes; each new frame replaces the one that waits.
    while (dropped.length < 10) await new Promise(setImmediate);
    const frame = await nextFrame(source);
    // Of those between, the last is the one that is left, and there is no queue behind it.
    expect(frame.seq).toBeGreaterThan(first.seq + 5);
    expect(source.take()).toBeNull();
    expect(new Set(dropped)).toEqual(new Set(['newer']));
    expect(frame.image.pixels.buffer).not.toBe(first.image.pixels.buffer);
    first.release();
    frame.release();
  });

  it('do not overwrite those that are held', async () => {
    const { source, dropped } = live('test:320x180');
    const held = [await nextFrame(source), await nextFrame(source), await nextFrame(source)];
    const copies = held.map((frame) => Uint8Array.from(frame.image.pixels));
    while (dropped.length < 10) await new Promise(setImmediate);
    expect(held.map((frame) => Uint8Array.from(frame.image.pixels))).toEqual(copies);
    for (const frame of held) frame.release();
    await look(source, 3);
  });

  it('are as many a second as asked for, as large, and turned', async () => {
    const { source } = live('test:640x360', { fps: 5, maxWidth: 90, rotate: 90 });
    const times: number[] = [];
    await look(source, 11, (frame) => {
      expect([frame.image.width, frame.image.height]).toEqual([90, 160]);
      times.push(frame.mediaTimeMs);
    });
    // 11 frames of 5 a second span 2 s, of which ffmpeg 7 and newer give half a second at once; were all 25 a second let
    // through, it would be 400 ms.
    expect((times.at(-1) ?? 0) - times[0]).toBeGreaterThan(1200);
  });

  it.each([
    [0, [60, 210]],
    [180, [210, 60]],
  ] as const)('stand as they should when turned by %i degrees', async (rotate, [left, right]) => {
    const file = path.join(folder, 'turn.ts');
    makeMarkerClip(file, 1, '320x180', '-f', 'mpegts');
    const host = await serve(answer('video/mp2t', readFileSync(file)));
    const { source } = live(`http://${host}/turn.ts`, { rotate });
    await look(source, 1, (frame) => {
      expect(Math.abs(lumaAt(frame, 0.1, 0.5) - left)).toBeLessThan(12);
      expect(Math.abs(lumaAt(frame, 0.9, 0.5) - right)).toBeLessThan(12);
    });
  });

  it('are decoded by the processor where no other decoder is found, and that is told once', async (context) => {
    const file = path.join(folder, 'hardware.ts');
    makeMarkerClip(file, 1, '320x180', '-f', 'mpegts');
    const host = await serve(answer('video/mp2t', readFileSync(file)));
    const { source, notices } = live(`http://${host}/x.ts`, { hardware: 'auto' });
    await look(source, 3, markerOf);
    if (notices.length === 0) context.skip('this machine has a hardware decoder');
    expect(notices).toEqual(['no hardware decoder for this stream was found; the CPU decodes it']);
  });

  it('do not come from hardware that is not there', async (context) => {
    const file = path.join(folder, 'hardware.ts');
    makeMarkerClip(file, 1, '320x180', '-f', 'mpegts');
    const host = await serve(answer('video/mp2t', readFileSync(file)));
    const error = await failureOf(live(`http://${host}/x.ts`, { hardware: 'qsv' }).source);
    if (error.code === 'camera.ended') context.skip('this machine decodes with qsv');
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain('cannot decode with qsv; set hardware to auto or none');
  });
});

describe('stopping a live source', () => {
  it('ends a wait at once and leaves no process and no open file, at whatever moment', async () => {
    const cycle = async (moment: number) => {
      const { source, running } = live('test:64x64');
      const waiting = source.ready();
      if (moment % 4 === 1) await new Promise(setImmediate);
      if (moment % 4 === 2) while (running.size === 0) await new Promise(setImmediate);
      if (moment % 4 === 3) await look(source, 2);
      source.stop();
      if (moment % 4 !== 3) expect(await waiting).toBe(false);
      source.stop();
      await source.ended();
      expect(await source.ready()).toBe(false);
      expect(source.take()).toBeNull();
      expect(running.size).toBe(0);
    };
    await cycle(3);
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const before = openFiles();
    for (let moment = 0; moment < 16; moment++) await cycle(moment);
    expect(descendantsOf(process.pid, 'ffmpeg')).toEqual([]);
    expect(openFiles()).toBeLessThanOrEqual(before + 2);
  });

  it('before it begins starts nothing', async () => {
    const { source, pids } = live('test:');
    source.stop();
    expect(await source.ready()).toBe(false);
    await source.ended();
    expect(pids).toEqual([]);
  });

  it('is told apart from an ffmpeg that somebody kills', async () => {
    const { source, pids } = live('test:64x64');
    await look(source, 2);
    process.kill(pids[0], 'SIGKILL');
    const error = await failureOf(source);
    expect(error).toMatchObject({ code: 'camera.ended' });
    expect(error.message).toContain('killed by SIGKILL');
  });
});
