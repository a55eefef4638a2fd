import { describe, expect, it } from 'vitest';
import { messagesOf, NEIGHBOUR, patternClip, restartsOf, rtsp, watchdog } from '../helpers/cameras.js';
import { startChaos, startSilent } from '../helpers/chaos.js';
import {
  configure,
  daemon,
  eventually,
  framesFlow,
  Listener,
  type Message,
  restarts,
} from '../helpers/daemon.js';
import { descendantsOf, isRunning } from '../helpers/processes.js';
import { needRtsp, startRtsp } from '../helpers/rtsp.js';

describe('spotter run: a camera that goes away', () => {
  it('by hanging is stalled and loses its ffmpeg; it is live again with its server, time after time', async (context) => {
    needRtsp(context);
    const server = await startRtsp({ clip: patternClip() });
    const proxy = await startChaos((await startRtsp({ clip: patternClip() })).port);
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
    // On a busy machine its first frames may be late.
    const before = await restartsOf(address, NEIGHBOUR.id);
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
    expect(await restartsOf(address, NEIGHBOUR.id)).toEqual(before);
  });

  it('by losing its power or its cable has failed at once, never ended, and comes back', async (context) => {
    needRtsp(context);
    let server = await startRtsp({ clip: patternClip() });
    const proxy = await startChaos((await startRtsp({ clip: patternClip() })).port);
    const cameras = [
      { id: 'power', url: rtsp(server.port) },
      { id: 'cable', url: rtsp(proxy.port) },
    ];
    // Only the end of the stream can reveal it: the watchdog has two minutes.
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
      server = await startRtsp({ clip: patternClip(), port: server.port });
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
      const server = await startRtsp({ clip: patternClip() });
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
      // They wait for a silent far end, and only the next start can kill them.
      await daemon(file);
      expect(ffmpegs.filter(isRunning)).toEqual([]);
    },
  );
});
