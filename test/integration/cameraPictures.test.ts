import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLIP_SECONDS, clipOf, patternClip, rtsp, watchdog } from '../helpers/cameras.js';
import { startChaos } from '../helpers/chaos.js';
import { jsonLines, spotter } from '../helpers/cli.js';
import {
  configure,
  daemon,
  eventually,
  frames,
  framesFlow,
  Listener,
  metric,
  restarts,
} from '../helpers/daemon.js';
import { beginningOf, sparse } from '../helpers/ffmpeg.js';
import { demoClip } from '../helpers/paths.js';
import { needRtsp, startRtsp } from '../helpers/rtsp.js';

describe('spotter run: the pictures of a camera', () => {
  it('that come damaged are most of them seen; that come late are dropped; that stay the same are not searched', async (context) => {
    needRtsp(context);
    const frozen = 'testsrc2=s=320x180:r=25,trim=end_frame=1,loop=-1:1,setpts=N/25/TB';
    const still = clipOf(frozen);
    const { port } = await startRtsp({ clip: patternClip() });
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
    await delaying.held((statSync(patternClip()).size / CLIP_SECONDS) * 3);
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
    const url = beginningOf(sparse(demoClip), 2);
    const config = configure([
      { id: 'open', url, zones },
      { id: 'half-covered', url, zones, masks: [half(0.5)] },
      { id: 'face-covered', url, zones, masks: [half(0)] },
      { id: 'covered', url, masks: [whole] },
    ]);
    const { code, stdout } = await spotter(['run', '-c', config, '--until-end']);
    expect(code).toBe(0);
    const events = jsonLines(stdout).map(({ camera, kind, person, zones }) => ({
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
      expect(events.filter(({ camera }) => camera === id)).toEqual(story(id));
    expect(events).toHaveLength(6);
  });
});
