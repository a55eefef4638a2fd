import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { patternClip, rtsp } from '../helpers/cameras.js';
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
  it('moved by an hour either way restarts nothing, hides no stall and distorts no measurement', async (context) => {
    needRtsp(context);
    const move = movableClock();
    const picture = path.join(temporaryFolder(), 'picture.jpg');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=320x180', '-frames:v', '1', picture);
    const server = await startRtsp({ clip: patternClip() });
    const proxy = await startChaos(server.port);
    const mjpeg = await startWeb(motionJpeg(readFileSync(picture), 40));
    const steady = [
      { id: 'tcp', url: rtsp(server.port) },
      { id: 'udp', url: rtsp(server.port), transport: 'udp' },
      { id: 'mjpeg', url: `http://127.0.0.1:${mjpeg}/` },
      { id: 'pattern', url: 'test:320x180' },
      { id: 'recording', loop: true, realtime: true },
    ];
    const cameras = [...steady, { id: 'stalling', url: rtsp(proxy.port) }];
    const settings = { frameAgeMs: FRAME_AGE_MS, firstBackoffMs: 100, maxBackoffMs: 1000 };
    const { child, address } = await daemon(configure(cameras, `watchdog: ${JSON.stringify(settings)}\n`));
    const client = new Listener(address);
    await Promise.all(cameras.map(({ id }) => client.camera(id, 'live')));
    const begun = client.seen.length;

    let from = begun;
    for (const movedMs of [HOUR_MS, -HOUR_MS]) {
      move(movedMs);
      const shown = (key: string) => (message: Record<string, unknown>) =>
        message.type === 'event' &&
        Math.abs(Date.parse(String(message[key])) - Date.now() - movedMs) < 60_000;
      // Both processes see the shift: the engine captures, the supervisor publishes.
      await Promise.all([client.until(shown('capturedAt'), from), client.until(shown('publishedAt'), from)]);
      await Promise.all(cameras.map(({ id }) => framesFlow(address, id, 10)));
      from = client.seen.length;
    }
    expect(await restarts(address)).toEqual(new Map());

    for (const movedMs of [HOUR_MS, 0]) {
      const stalledFrom = client.seen.length;
      proxy.stall();
      move(movedMs);
      await client.camera('stalling', 'stalled', stalledFrom);
      proxy.resume();
      await client.camera('stalling', 'live', stalledFrom);
    }
    expect((await restarts(address)).get('stalling camera.stalled')).toBe(2);

    const watched = client.seen.length;
    for (const movedMs of [HOUR_MS, 0]) {
      const killedFrom = client.seen.length;
      for (const engine of descendantsOf(child.pid, 'node')) process.kill(engine, 'SIGKILL');
      await client.camera('tcp', 'connecting', killedFrom);
      move(movedMs);
      const gap = await client.until(({ kind, camera }) => kind === 'gap' && camera === 'tcp', killedFrom);
      const gapMs = Date.parse(String(gap.to)) - Date.parse(String(gap.from));
      expect(gapMs).toBeGreaterThan(0);
      expect(gapMs).toBeLessThan(60_000);
      await client.camera('tcp', 'live', killedFrom);
    }

    for (const { id } of steady)
      expect([...(await restarts(address)).keys()].filter((key) => key.startsWith(id))).toEqual([]);
    const changes = client.seen.slice(begun, watched).filter(({ type }) => type === 'camera');
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
  });
});
