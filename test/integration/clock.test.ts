import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { motionJpeg, startChaos, startWeb } from '../helpers/chaos.js';
import {
  configure,
  daemon,
  eventually,
  framesFlow,
  Listener,
  metric,
  metricsOf,
  restarts,
} from '../helpers/daemon.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { descendantsOf } from '../helpers/processes.js';
import { needRtsp, startRtsp } from '../helpers/rtsp.js';
import { temporaryFolder } from '../helpers/temporary.js';

const HOUR_MS = 3_600_000;
const FRAME_AGE_MS = 2000;

/** Shifts the wall clock of both processes of daemons started from now on. @returns sets the shift in ms */
function movableClock(): (ms: number) => void {
  const file = path.join(temporaryFolder(), 'clock');
  const move = (ms: number) => writeFileSync(file, String(ms));
  move(0);
  vi.stubEnv('SPOTTER_TEST_CLOCK', file);
  vi.stubEnv('NODE_OPTIONS', `--import=${new URL('../helpers/movedClock.mjs', import.meta.url)}`);
  return move;
}

/** The sum and count of a histogram over all cameras. */
async function histogram(address: string, name: string): Promise<{ seconds: number; count: number }> {
  const total = async (suffix: string) =>
    [...(await metricsOf(address)).matchAll(new RegExp(`^${name}_${suffix}(?:\\{.*\\})? (\\S+)$`, 'gm'))]
      .map(([, value]) => Number(value))
      .reduce((sum, value) => sum + value, 0);
  return { seconds: await total('sum'), count: await total('count') };
}

describe('spotter run: the wall clock', () => {
  it.for([
    ['forward', HOUR_MS],
    ['back', -HOUR_MS],
  ] as const)(
    'moved %s by an hour restarts nothing, hides no stall and distorts no measurement',
    async ([, movedMs], context) => {
      needRtsp(context);
      const move = movableClock();
      const folder = temporaryFolder();
      const [clip, picture] = [path.join(folder, 'clip.mp4'), path.join(folder, 'picture.jpg')];
      const pattern = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25'];
      ffmpeg(...pattern, '-t', '120', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', clip);
      ffmpeg(...pattern, '-frames:v', '1', picture);
      const server = await startRtsp({ clip });
      const proxy = await startChaos(server.port);
      const mjpeg = await startWeb(motionJpeg(readFileSync(picture), 40));
      const url = `rtsp://127.0.0.1:${server.port}/cam`;
      const steady = [
        { id: 'tcp', url },
        { id: 'udp', url, transport: 'udp' },
        { id: 'mjpeg', url: `http://127.0.0.1:${mjpeg}/` },
        { id: 'pattern', url: 'test:320x180' },
        { id: 'recording', loop: true, realtime: true },
      ];
      const cameras = [...steady, { id: 'stalling', url: `rtsp://127.0.0.1:${proxy.port}/cam` }];
      const settings = { frameAgeMs: FRAME_AGE_MS, firstBackoffMs: 100, maxBackoffMs: 1000 };
      const { child, address } = await daemon(configure(cameras, `watchdog: ${JSON.stringify(settings)}\n`));
      const client = new Listener(address);
      await Promise.all(cameras.map(({ id }) => client.camera(id, 'live')));
      const begun = client.seen.length;

      move(movedMs);
      const shown = (key: string) => (message: Record<string, unknown>) =>
        message.type === 'event' &&
        Math.abs(Date.parse(String(message[key])) - Date.now() - movedMs) < 60_000;
      // Both processes see the shift: the engine captures, the supervisor publishes.
      await Promise.all([
        client.until(shown('capturedAt'), begun),
        client.until(shown('publishedAt'), begun),
      ]);
      await Promise.all(cameras.map(({ id }) => framesFlow(address, id, 10)));
      expect(await restarts(address)).toEqual(new Map());

      const stalledFrom = client.seen.length;
      proxy.stall();
      move(0);
      await client.camera('stalling', 'stalled', stalledFrom);
      proxy.resume();
      await client.camera('stalling', 'live', stalledFrom);

      const killedFrom = client.seen.length;
      for (const engine of descendantsOf(child.pid, 'node')) process.kill(engine, 'SIGKILL');
      await client.camera('tcp', 'connecting', killedFrom);
      move(movedMs);
      const gap = await client.until(({ kind, camera }) => kind === 'gap' && camera === 'tcp', killedFrom);
      const gapMs = Date.parse(String(gap.to)) - Date.parse(String(gap.from));
      expect(gapMs).toBeGreaterThan(0);
      expect(gapMs).toBeLessThan(60_000);

      expect((await restarts(address)).get('stalling camera.stalled')).toBe(1);
      for (const { id } of steady)
        expect([...(await restarts(address)).keys()].filter((key) => key.startsWith(id))).toEqual([]);
      const changes = client.seen.slice(begun, killedFrom).filter(({ type }) => type === 'camera');
      expect([...new Set(changes.map(({ id }) => id))]).toEqual(['stalling']);
      await eventually(
        () => metric(address, 'spotter_capture_to_event_seconds_count{camera="recording"}'),
        (count) => count >= 3,
      );
      for (const name of ['spotter_stage_seconds', 'spotter_capture_to_event_seconds']) {
        const { seconds, count } = await histogram(address, name);
        expect(count).toBeGreaterThan(0);
        expect(seconds).toBeGreaterThan(0);
        expect(seconds / count).toBeLessThan(5);
      }
    },
  );
});
