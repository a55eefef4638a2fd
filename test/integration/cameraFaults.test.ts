import { describe, expect, it } from 'vitest';
import { messagesOf, NEIGHBOUR, patternClip, restartsOf, rtsp, watchdog } from '../helpers/cameras.js';
import {
  answering,
  closedPort,
  motionJpeg,
  startChaos,
  startSilent,
  startWeb,
  streaming,
} from '../helpers/chaos.js';
import { configure, daemon, eventually, framesFlow, Listener, metric } from '../helpers/daemon.js';
import { made } from '../helpers/ffmpeg.js';
import { needRtsp, startRtsp } from '../helpers/rtsp.js';

describe('spotter run: a camera that is none', () => {
  it('reports which of eight faults it has, without affecting its neighbour', async (context) => {
    needRtsp(context);
    const users: [string, string][] = [['user', 'right']];
    const [server, guarded] = [
      await startRtsp({ clip: patternClip() }),
      await startRtsp({ clip: patternClip(), users }),
    ];
    const door = await startChaos(guarded.port);
    const still = made('still.jpg', '-f', 'lavfi', '-i', 'testsrc2=s=320x180', '-frames:v', '1');
    const page = await startWeb(answering('text/html', '<!doctype html><title>Log in</title>'));
    const picture = await startWeb(answering('image/jpeg', still));
    const faulty: [id: string, url: string, state: string, message: RegExp][] = [
      ['refused', rtsp(await closedPort()), 'unreachable', /127\.0\.0\.1:\d+ refuses the connection;/],
      ['unknown', 'rtsp://camera.invalid/cam', 'unreachable', /camera\.invalid cannot be resolved/],
      ['silent', rtsp(await startSilent()), 'unreachable', /no picture from .* within 20 s;/],
      ['no-path', rtsp(server.port, 'attic'), 'unreachable', /no stream under this path;/],
      ['sound', rtsp(server.port, 'sound'), 'no_video', /sends sound or data only/],
      ['page', `http://127.0.0.1:${page}/`, 'no_video', /sends a web page, not a video;/],
      ['picture', `http://127.0.0.1:${picture}/a.jpg`, 'no_video', /sends a single picture, not a video;/],
      ['password', `rtsp://user:wrong@127.0.0.1:${door.port}/cam`, 'auth_failed', /refuses the user name/],
    ];
    const cameras = faulty.map(([id, url]) => ({ id, url }));
    const neighbours = [{ id: 'healthy', url: rtsp(server.port) }, NEIGHBOUR];
    // A machine that starts ten cameras at once may need longer than usual to ask for a host name.
    const settings = watchdog({ authRetryMs: 3_600_000, connectMs: 20_000 });
    const { address } = await daemon(configure([...cameras, ...neighbours], settings));
    const client = new Listener(address);
    await Promise.all(neighbours.map(({ id }) => client.camera(id, 'live')));
    const reports = faulty.map(async ([id, , state, message]) => {
      const { message: sentence } = await client.until(
        (seen) => seen.type === 'camera' && seen.id === id && seen.message !== null,
      );
      expect(sentence).toMatch(message);
      expect(await metric(address, `spotter_camera_state{camera="${id}",state="${state}"}`)).toBe(1);
      expect(await metric(address, `spotter_camera_up{camera="${id}"}`)).toBe(0);
      return String(sentence);
    });
    expect(new Set(await Promise.all(reports)).size).toBe(faulty.length);
    // All but the refused password are retried, and each is reported once.
    const tried = faulty.filter(([id]) => id !== 'password').map(([id]) => id);
    for (const id of tried)
      await eventually(
        () => restartsOf(address, id),
        (counts) => Object.keys(counts).length > 0,
      );
    for (const [id] of faulty) expect(messagesOf(client, id)).toHaveLength(1);
    // One login; the other connection asks which logins there are, without one.
    expect(door.connections).toBe(2);
    for (const { id } of neighbours) {
      await framesFlow(address, id, 3);
      expect(await restartsOf(address, id)).toEqual({});
      expect(messagesOf(client, id).filter(({ state }) => state !== 'live')).toEqual([]);
    }
  });

  it('with unusual pictures is watched, or reports in one sentence why not', async () => {
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
      expect(await restartsOf(address, id)).toEqual({});
    }
    expect(await metric(address, 'spotter_engine_restarts_total{cause="engine_died"}')).toBe(0);
  });
});
