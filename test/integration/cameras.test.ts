import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answering,
  closedPort,
  motionJpeg,
  startChaos,
  startSilent,
  startWeb,
  streaming,
} from '../helpers/chaos.js';
import { finish, jsonLines, spotter } from '../helpers/cli.js';
import {
  configure,
  daemon,
  eventually,
  frames,
  framesFlow,
  Listener,
  type Message,
  metric,
  restarts,
} from '../helpers/daemon.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { demoClip } from '../helpers/paths.js';
import { descendantsOf, isRunning } from '../helpers/processes.js';
import { needRtsp, startRtsp } from '../helpers/rtsp.js';

const CLIP_SECONDS = 120;
const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p'];
const NEIGHBOUR = { id: 'neighbour', url: 'test:320x240' };

let folder: string;
let clip: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'spotter-test-'));
  clip = path.join(folder, 'clip.mp4');
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25', '-t', String(CLIP_SECONDS), ...X264, clip);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file made by ffmpeg, as bytes. */
function made(name: string, ...args: string[]): Buffer {
  const file = path.join(folder, name);
  ffmpeg(...args, file);
  return readFileSync(file);
}

/** Settings of the watchdog that a test need not wait long for. */
function watchdog(settings: Record<string, number> = {}): string {
  const quick = { firstBackoffMs: 100, maxBackoffMs: 1000, healthyMs: 1000, ...settings };
  return `watchdog: ${JSON.stringify(quick)}\n`;
}

const rtsp = (port: number, stream = 'cam') => `rtsp://127.0.0.1:${port}/${stream}`;

/** What was told of a camera's state, from position `from` on. */
function messagesOf(client: Listener, id: string, from = 0): Message[] {
  return client.seen.slice(from).filter((message) => message.type === 'camera' && message.id === id);
}

/** The restarts of one camera, all reasons together. */
async function restartsOf(address: string, id: string): Promise<number> {
  const counts = [...(await restarts(address))].filter(([key]) => key.startsWith(`${id} `));
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

describe('a camera that goes away', () => {
  it('by hanging is stalled and loses its ffmpeg; it is live again with its server, time after time', async (context) => {
    needRtsp(context);
    const server = await startRtsp({ clip });
    const proxy = await startChaos((await startRtsp({ clip })).port);
    const hanging = [
      { id: 'tcp', url: rtsp(server.port) },
      { id: 'udp', url: rtsp(server.port), transport: 'udp' },
      { id: 'cut-off', url: rtsp(proxy.port) },
    ];
    const settings = watchdog({ frameAgeMs: 1500 });
    const { child, address } = await daemon(configure([...hanging, NEIGHBOUR], settings));
    const client = new Listener(address);
    const all = (state: string, from: number) =>
      Promise.all(hanging.map(({ id }) => client.camera(id, state, from)));
    await Promise.all([all('live', 0), client.camera(NEIGHBOUR.id, 'live')]);
    const begun = client.seen.length;
    for (let cycle = 1; cycle <= 2; cycle++) {
      const ffmpegs = descendantsOf(child.pid, 'ffmpeg');
      expect(ffmpegs).toHaveLength(4);
      const hung = client.seen.length;
      server.child.kill('SIGSTOP');
      proxy.stall();
      for (const { message } of await all('stalled', hung))
        expect(message).toMatch(/no picture from 127\.0\.0\.1:\d+ for 1\.5 s; check the camera/);
      await eventually(
        () => ffmpegs.filter(isRunning),
        (left) => left.length === 1,
      );
      const released = client.seen.length;
      server.child.kill('SIGCONT');
      proxy.resume();
      await all('live', released);
      await Promise.all(hanging.map(({ id }) => framesFlow(address, id, 3)));
      const counts = await restarts(address);
      for (const { id } of hanging) expect(counts.get(`${id} camera.stalled`)).toBe(cycle);
    }
    expect(messagesOf(client, NEIGHBOUR.id, begun)).toEqual([]);
    expect(await restartsOf(address, NEIGHBOUR.id)).toBe(0);
  });

  it('by losing its power or its cable has failed at once, never ended, and comes back', async (context) => {
    needRtsp(context);
    let server = await startRtsp({ clip });
    const proxy = await startChaos((await startRtsp({ clip })).port);
    const cameras = [
      { id: 'power', url: rtsp(server.port) },
      { id: 'cable', url: rtsp(proxy.port) },
    ];
    // Nothing but the end of the stream can tell: the watchdog has two minutes.
    const settings = watchdog({ frameAgeMs: 120_000 });
    const { address } = await daemon(configure(cameras, settings));
    const client = new Listener(address);
    await Promise.all(cameras.map(({ id }) => client.camera(id, 'live')));
    for (let cycle = 1; cycle <= 3; cycle++) {
      const cut = client.seen.length;
      const failed = Promise.all(cameras.map(({ id }) => client.camera(id, 'unreachable', cut)));
      proxy.cut();
      await server.kill();
      for (const { message } of await failed)
        expect(message).toMatch(/127\.0\.0\.1:\d+ has ended the stream after \d+ pictures/);
      const refused = ({ id, message }: Message) =>
        id === 'power' && String(message).includes('refuses the connection');
      await client.until(refused, cut);
      const back = client.seen.length;
      server = await startRtsp({ clip, port: server.port });
      await client.camera('power', 'live', back);
      await client.camera('cable', 'live', cut);
      await Promise.all(cameras.map(({ id }) => framesFlow(address, id, 3)));
    }
    expect(client.seen.filter(({ state }) => state === 'stopped')).toEqual([]);
    const counts = await restarts(address);
    for (const { id } of cameras) expect(counts.get(`${id} camera.ended`)).toBeGreaterThanOrEqual(3);
    expect(counts.get('power camera.unreachable')).toBeGreaterThanOrEqual(3);
  });

  it.for(['the supervisor is', 'supervisor and engine are'])(
    'by hanging leaves no ffmpeg behind when %s killed',
    async (killed, context) => {
      needRtsp(context);
      const server = await startRtsp({ clip });
      const cameras = [
        { id: 'hanging', url: rtsp(server.port) },
        { id: 'silent', url: rtsp(await startSilent()) },
      ];
      const settings = watchdog({ frameAgeMs: 120_000, connectMs: 120_000 });
      const file = configure(cameras, settings);
      const { child, address } = await daemon(file);
      await new Listener(address).camera('hanging', 'live');
      const ffmpegs = await eventually(
        () => descendantsOf(child.pid, 'ffmpeg'),
        (pids) => pids.length === 2,
      );
      const [engine] = descendantsOf(child.pid, 'node');
      server.child.kill('SIGSTOP');
      child.kill('SIGKILL');
      if (killed === 'the supervisor is') {
        await eventually(
          () => [engine, ...ffmpegs].filter(isRunning),
          (left) => left.length === 0,
          10_000,
        );
        return;
      }
      process.kill(engine, 'SIGKILL');
      // They wait for a far end that says nothing, and nobody is left to end them but the next start.
      await daemon(file);
      expect(ffmpegs.filter(isRunning)).toEqual([]);
    },
  );
});

describe('a camera that is none', () => {
  it('says which of eight things is wrong, and its neighbour does not notice', async (context) => {
    needRtsp(context);
    const users: [string, string][] = [['user', 'right']];
    const [server, guarded] = [await startRtsp({ clip }), await startRtsp({ clip, users })];
    const door = await startChaos(guarded.port);
    const still = made('still.jpg', '-f', 'lavfi', '-i', 'testsrc2=s=320x180', '-frames:v', '1');
    const page = await startWeb(answering('text/html', '<!doctype html><title>Log in</title>'));
    const picture = await startWeb(answering('image/jpeg', still));
    const faulty: [id: string, url: string, state: string, message: RegExp][] = [
      ['refused', rtsp(await closedPort()), 'unreachable', /127\.0\.0\.1:\d+ refuses the connection;/],
      ['unknown', 'rtsp://camera.invalid/cam', 'unreachable', /camera\.invalid cannot be resolved/],
      ['silent', rtsp(await startSilent()), 'unreachable', /no picture from .* within 5 s;/],
      ['no-path', rtsp(server.port, 'attic'), 'unreachable', /no stream under this path;/],
      ['sound', rtsp(server.port, 'sound'), 'no_video', /sends sound or data only/],
      ['page', `http://127.0.0.1:${page}/`, 'no_video', /sends a web page, not a video;/],
      ['picture', `http://127.0.0.1:${picture}/a.jpg`, 'no_video', /sends a single picture, not a video;/],
      ['password', `rtsp://user:wrong@127.0.0.1:${door.port}/cam`, 'auth_failed', /refuses the user name/],
    ];
    const cameras = faulty.map(([id, url]) => ({ id, url }));
    const neighbours = [{ id: 'healthy', url: rtsp(server.port) }, NEIGHBOUR];
    const settings = watchdog({ connectMs: 5000, authRetryMs: 3_600_000 });
    const { address } = await daemon(configure([...cameras, ...neighbours], settings));
    const client = new Listener(address);
    await Promise.all(neighbours.map(({ id }) => client.camera(id, 'live')));
    const told = faulty.map(async ([id, , state, message]) => {
      const { message: sentence } = await client.until(
        (seen) => seen.type === 'camera' && seen.id === id && seen.message !== null,
      );
      expect(sentence).toMatch(message);
      expect(await metric(address, `spotter_camera_state{camera="${id}",state="${state}"}`)).toBe(1);
      expect(await metric(address, `spotter_camera_up{camera="${id}"}`)).toBe(0);
      return String(sentence);
    });
    expect(new Set(await Promise.all(told)).size).toBe(faulty.length);
    // All but the refused password are tried again, and each is told once.
    const tried = faulty.filter(([id]) => id !== 'password').map(([id]) => id);
    for (const id of tried)
      await eventually(
        () => restartsOf(address, id),
        (count) => count >= 1,
      );
    for (const [id] of faulty) expect(messagesOf(client, id)).toHaveLength(1);
    expect(door.connections).toBe(1);
    for (const { id } of neighbours) {
      await framesFlow(address, id, 3);
      expect(await restartsOf(address, id)).toBe(0);
      expect(messagesOf(client, id).filter(({ state }) => state !== 'live')).toEqual([]);
    }
  });

  it('of odd pictures is watched, or says in one sentence why not', async () => {
    const source = (size: string, ...more: string[]) => [
      '-f',
      'lavfi',
      '-i',
      `testsrc2=s=${size}:r=25`,
      ...more,
    ];
    const x265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error'];
    const deep = made('deep.ts', ...source('320x180', '-t', '30', ...x265, '-pix_fmt', 'yuv420p10le'));
    const dot = made('dot.jpg', ...source('16x16', '-vf', 'format=yuvj444p,crop=1:1', '-frames:v', '1'));
    const wall = made('wall.jpg', '-f', 'lavfi', '-i', 'color=red:s=8192x8192', '-frames:v', '1');
    const web = {
      deep: await startWeb(streaming('video/mp2t', deep, 30)),
      dot: await startWeb(motionJpeg(dot, 100)),
      wall: await startWeb(motionJpeg(wall, 1000)),
    };
    const cameras = Object.entries(web).map(([id, port]) => ({ id, url: `http://127.0.0.1:${port}/${id}` }));
    const { address } = await daemon(configure([...cameras, NEIGHBOUR], watchdog()));
    const client = new Listener(address);
    const { message } = await client.camera('dot', 'no_video');
    expect(message).toMatch(/^camera dot: [^;]*px, too small for a face; give a larger stream$/);
    for (const id of ['deep', 'wall', NEIGHBOUR.id]) {
      await client.camera(id, 'live');
      await framesFlow(address, id, 2);
      expect(await restartsOf(address, id)).toBe(0);
    }
    expect(await metric(address, 'spotter_engine_restarts_total{cause="engine_died"}')).toBe(0);
  });
});

describe('the pictures of a camera', () => {
  it('that come damaged are most of them seen; that come late are dropped; that stay the same are not searched', async (context) => {
    needRtsp(context);
    const still = path.join(folder, 'still.mp4');
    const frozen = 'testsrc2=s=320x180:r=25,trim=end_frame=1,loop=-1:1,setpts=N/25/TB';
    ffmpeg('-f', 'lavfi', '-i', frozen, '-t', String(CLIP_SECONDS), ...X264, still);
    const { port } = await startRtsp({ clip });
    const [damaging, delaying] = [await startChaos(port), await startChaos(port)];
    const cameras = [
      { id: 'clean', url: rtsp(port) },
      { id: 'damaged', url: rtsp(damaging.port) },
      { id: 'late', url: rtsp(delaying.port) },
      { id: 'still', url: rtsp((await startRtsp({ clip: still })).port) },
    ];
    const { address, log } = await daemon(configure(cameras, watchdog()));
    const client = new Listener(address);
    await Promise.all(cameras.map(({ id }) => client.camera(id, 'live')));
    const came = async (id: string) => (await frames(address, id)) + (await frames(address, id, 'dropped'));
    const stale = () => metric(address, 'spotter_frames_dropped_total{camera="late",reason="stale"}');
    const before = { clean: await came('clean'), damaged: await came('damaged'), stale: await stale() };
    damaging.corrupt(10_007);
    delaying.stall();
    await delaying.held((statSync(clip).size / CLIP_SECONDS) * 3);
    delaying.resume();
    // Of 30 pictures that were held back, those of the last second are fresh.
    await eventually(stale, (count) => count >= before.stale + 10);
    await framesFlow(address, 'late', 5);
    await eventually(
      () => came('clean'),
      (count) => count >= before.clean + 100,
    );
    // Damage may break the connection itself; opening it again costs more of these few seconds than of a minute.
    expect((await came('damaged')) - before.damaged).toBeGreaterThanOrEqual(60);
    const complaints = log()
      .split('\n')
      .filter((line) => line.includes('"damaged"') && line.includes('ffmpeg: '));
    expect(complaints.length).toBeGreaterThan(0);
    expect(complaints.length).toBeLessThan(10);
    const unchanged = await metric(address, 'spotter_frames_unchanged_total{camera="still"}');
    const looked = (await frames(address, 'still')) - unchanged;
    expect(unchanged).toBeGreaterThan(looked);
    expect(looked).toBeGreaterThan(2);
    expect([...(await restarts(address)).keys()].filter((key) => !key.startsWith('damaged'))).toEqual([]);
    expect(await metric(address, 'spotter_engine_restarts_total{cause="engine_died"}')).toBe(0);
  });

  it('count in the zones that hold a face, and not at all under a mask', async () => {
    const whole = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ];
    const half = (from: number) => whole.map(([x, y]) => [from + x / 2, y]);
    const zones = [
      { name: 'left', points: half(0) },
      { name: 'right', points: half(0.5) },
      { name: 'all', points: whole },
    ];
    // In the first two seconds the demo's face is on the left.
    const url = path.join(folder, 'left.mp4');
    ffmpeg('-i', demoClip, '-t', '2', '-c', 'copy', url);
    const config = configure([
      { id: 'open', url, zones },
      { id: 'half-covered', url, zones, masks: [half(0.5)] },
      { id: 'face-covered', url, zones, masks: [half(0)] },
      { id: 'covered', url, masks: [whole] },
    ]);
    const { code, stdout } = await spotter(['run', '-c', config, '--until-end']);
    expect(code).toBe(0);
    const told = jsonLines(stdout).map(({ camera, kind, person, zones }) => ({
      camera,
      kind,
      person,
      zones,
    }));
    const story = (camera: string) => [
      { camera, kind: 'appeared', person: null, zones: ['left', 'all'] },
      { camera, kind: 'match', person: 'grace-hopper', zones: ['left', 'all'] },
      { camera, kind: 'left', person: 'grace-hopper', zones: ['left', 'all'] },
    ];
    for (const id of ['open', 'half-covered'])
      expect(told.filter(({ camera }) => camera === id)).toEqual(story(id));
    expect(told).toHaveLength(6);
  });
});

describe('SIGTERM', () => {
  it('to a daemon of live cameras under load ends it with exit code 0 at any moment', async (context) => {
    needRtsp(context);
    const server = await startRtsp({ clip });
    const fast = { fps: 30, motion: { enabled: false } };
    const cameras = [
      { id: 'tcp', url: rtsp(server.port), ...fast },
      { id: 'udp', url: rtsp(server.port), transport: 'udp', ...fast },
      { id: 'pattern', url: 'test:640x360', ...fast },
      { id: 'recording', loop: true },
      { id: 'silent', url: rtsp(await startSilent()) },
      { id: 'refused', url: rtsp(await closedPort()) },
    ];
    const file = configure(cameras, watchdog());
    const moments: ((address: string) => Promise<unknown>)[] = [
      async () => {},
      (address) => new Listener(address).camera('pattern', 'live'),
      (address) => new Listener(address).camera('tcp', 'live'),
      (address) => framesFlow(address, 'udp', 10),
      async (address) => {
        await framesFlow(address, 'tcp');
        const client = new Listener(address);
        await client.camera('tcp', 'live');
        server.child.kill('SIGSTOP');
        await framesFlow(address, 'pattern', 10);
      },
    ];
    for (const moment of moments) {
      const { child, address } = await daemon(file);
      await moment(address);
      const family = [...descendantsOf(child.pid, 'ffmpeg'), ...descendantsOf(child.pid, 'node')];
      const ended = finish(child);
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ code: 0, signal: null });
      expect(family.filter(isRunning)).toEqual([]);
    }
  });
});
