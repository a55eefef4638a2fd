import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startWeb, streaming } from '../helpers/chaos.js';
import { configure, daemon, eventually, frames, Listener, metric } from '../helpers/daemon.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { temporaryFolder } from '../helpers/temporary.js';

const CAMERAS = 8;
const FRAMES = 100;
const FPS = 50;
const REASONS = ['newer', 'stale', 'poison', 'ended'];

describe('spotter run: overload', () => {
  it('accounts for every frame of every camera', async () => {
    const clip = path.join(temporaryFolder(), 'clip.ts');
    const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p'];
    ffmpeg('-f', 'lavfi', '-i', `testsrc2=s=640x360:r=${FPS}`, '-frames:v', String(FRAMES), ...x264, clip);
    const web = await startWeb(streaming('video/mp2t', readFileSync(clip), FRAMES / FPS));
    const ids = Array.from({ length: CAMERAS }, (_, index) => `camera-${index}`);
    const cameras = ids.map((id) => ({
      id,
      url: `http://127.0.0.1:${web}/${id}.ts`,
      fps: 60,
      motion: { enabled: false },
    }));
    // No camera reconnects during the test, not at once either, as after a session that was long enough.
    const patience = { healthyMs: 600_000, firstBackoffMs: 60_000, maxBackoffMs: 600_000 };
    const { address } = await daemon(configure(cameras, `watchdog: ${JSON.stringify(patience)}\n`));
    const client = new Listener(address);
    const inWork = () =>
      Promise.all(ids.map((id) => metric(address, `spotter_frames_in_work{camera="${id}"}`)));
    const ended = (id: string) => client.seen.some((seen) => seen.id === id && seen.state === 'unreachable');
    const most: number[] = [];
    await eventually(
      async () => most.push(...(await inWork())),
      () => ids.every(ended),
    );
    expect(Math.max(...most)).toBe(1);
    const decoded = (id: string) => metric(address, `spotter_frames_decoded_total{camera="${id}"}`);
    const done = async (id: string) => (await frames(address, id)) + (await frames(address, id, 'dropped'));
    // The counts are reported twice a second.
    for (const id of ids)
      await eventually(
        async () => (await decoded(id)) - (await done(id)),
        (rest) => rest === 0,
      );
    for (const id of ids) {
      expect(await frames(address, id, 'failed')).toBe(0);
      expect(await frames(address, id)).toBeGreaterThan(0);
      expect(await decoded(id)).toBe(await done(id));
      expect(await decoded(id)).toBeLessThanOrEqual(FRAMES);
      const dropped = await frames(address, id, 'dropped');
      const reasons = REASONS.map((reason) =>
        metric(address, `spotter_frames_dropped_total{camera="${id}",reason="${reason}"}`),
      );
      expect((await Promise.all(reasons)).reduce((sum, count) => sum + count, 0)).toBe(dropped);
    }
    expect(await inWork()).toEqual(ids.map(() => 0));
    const newer = ids.map((id) =>
      metric(address, `spotter_frames_dropped_total{camera="${id}",reason="newer"}`),
    );
    expect((await Promise.all(newer)).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });
});
