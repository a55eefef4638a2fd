import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { configure, daemon, eventually, Listener, metric } from '../helpers/daemon.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { writeHangingDetector } from '../helpers/hangingModel.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** A second of darkness, then a bright source. */
function flash(bright: string): string {
  const file = path.join(temporaryFolder(), 'flash.mp4');
  const dark = 'color=black:s=320x240:r=5:d=1';
  ffmpeg(
    ...['-f', 'lavfi', '-i', dark, '-f', 'lavfi', '-i', bright, '-filter_complex', '[0][1]concat'],
    ...['-c:v', 'libx264', '-pix_fmt', 'yuv420p', file],
  );
  return file;
}

function configureWith(camera: { url: string }): string {
  const model = path.join(temporaryFolder(), 'hanging.onnx');
  writeHangingDetector(model);
  const declared = {
    id: 'hanging',
    kind: 'scrfd',
    file: model,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    trial: false,
  };
  return configure(
    [
      { id: 'poison', loop: true, realtime: true, ...camera },
      { id: 'healthy', url: 'test:320x240', motion: { enabled: false } },
    ],
    `detector: hanging\nmodels: ${JSON.stringify({ declared: [declared] })}\nengine: { hangMs: 1000 }\n`,
  );
}

describe('spotter run: a frame on which the network hangs', () => {
  it('costs two engine restarts and is then dropped; both cameras continue', async () => {
    const { address } = await daemon(configureWith({ url: flash('color=white:s=320x240:r=5:d=0.2') }));
    const client = new Listener(address);
    const restarts = () => metric(address, 'spotter_engine_restarts_total{cause="engine_hung"}');
    await eventually(
      () => metric(address, 'spotter_frames_dropped_total{camera="poison",reason="poison"}'),
      (dropped) => dropped >= 2,
    );
    expect(await restarts()).toBe(2);
    expect(client.seen.filter(({ kind }) => kind === 'gap').map(({ cause }) => cause)).toContain(
      'engine_hung',
    );
    for (const camera of ['poison', 'healthy'])
      expect(await metric(address, `spotter_camera_up{camera="${camera}"}`)).toBe(1);
  });

  it('quarantines its camera, and only that one, if every such frame is different', async () => {
    const { address, log } = await daemon(
      configureWith({ url: flash('testsrc2=s=320x240:r=5:d=9,negate,lutyuv=y=clip(val+160\\,0\\,255)') }),
    );
    const client = new Listener(address);
    await client.camera('poison', 'quarantined');
    const before = client.seen.length;
    await client.camera('healthy', 'live', before);
    const frames = 'spotter_frames_total{camera="healthy",outcome="processed"}';
    const seen = await metric(address, frames);
    await eventually(
      () => metric(address, frames),
      (now) => now > seen,
    );
    expect(await metric(address, 'spotter_camera_state{camera="poison",state="quarantined"}')).toBe(1);
    expect(log()).toMatch(/camera is quarantined: its pictures ended the engine repeatedly/);
  });
});
