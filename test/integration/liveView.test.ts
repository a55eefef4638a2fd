import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { configure, daemon, eventually, framesFlow, metric } from '../helpers/daemon.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { LiveClient, type LiveMessage } from '../helpers/liveClient.js';
import { hopper } from '../helpers/paths.js';
import { descendantsOf } from '../helpers/processes.js';
import { x264 } from '../helpers/recording.js';
import { temporaryFolder } from '../helpers/temporary.js';

const MADE = 'spotter_live_pictures_total{camera="door"}';

/** A clip in which a photo swings to and fro on black, by up to 14 px per frame. */
function swinging(): string {
  const file = path.join(temporaryFolder(), 'swinging.mp4');
  const photo = "[1]scale=-1:260[face];[0][face]overlay=x='(W-w)/2+200*sin(1.8*t)':y=50:shortest=1";
  const black = ['-f', 'lavfi', '-i', 'color=black:size=960x360:rate=25'];
  ffmpeg(...black, '-loop', '1', '-i', hopper, '-filter_complex', photo, '-t', '14', ...x264, file);
  return file;
}

/** How far the face's box is from the left edge of the photo, px of the picture. */
async function offsetOf({ jpeg, boxes: [{ box }] }: LiveMessage): Promise<number> {
  const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true });
  const isBright = (x: number) => {
    let sum = 0;
    for (let y = 0; y < info.height; y++) sum += data[(y * info.width + x) * info.channels];
    return sum / info.height > 20;
  };
  const edge = Array.from({ length: info.width }, (_, x) => x).find(isBright) ?? 0;
  return box[0] * info.width - edge;
}

describe('spotter run: live pictures', () => {
  it('show the boxes of the very frame to those who watch, across a new engine, and cost nothing otherwise', async () => {
    const cameras = [{ id: 'door', url: swinging(), realtime: true, loop: true }];
    const { address, child } = await daemon(configure(cameras, 'live: { maxWidth: 480 }\n'));
    await framesFlow(address, 'door', 30);
    expect(await metric(address, MADE)).toBe(0);

    const one = await fetch(`${address}/api/v1/cameras/door/frame.jpg?width=320`);
    expect([one.status, one.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    expect(await sharp(Buffer.from(await one.arrayBuffer())).metadata()).toMatchObject({
      ...{ format: 'jpeg', width: 320, height: 120 },
    });
    expect(await metric(address, MADE)).toBe(1);
    expect((await fetch(`${address}/api/v1/cameras/attic/frame.jpg`)).status).toBe(404);

    const client = new LiveClient(address);
    client.watch({ camera: 'door', width: 640, fps: 10 });
    const shown = await client.next(25, ({ boxes }) => boxes.length === 1);
    expect(shown[0]).toMatchObject({ camera: 'door', width: 480, height: 180 });
    expect(shown.at(-1)?.boxes[0]).toMatchObject({ verdict: 'known', person: 'grace-hopper' });
    const offsets = await Promise.all(shown.map(offsetOf));
    // The photo moves by 7 px of the picture from frame to frame.
    expect(Math.max(...offsets) - Math.min(...offsets)).toBeLessThan(5);
    expect(await metric(address, 'spotter_live_viewers')).toBe(1);

    process.kill(descendantsOf(child.pid, 'node')[0], 'SIGKILL');
    await eventually(
      () => metric(address, 'spotter_engine_restarts_total{cause="engine_died"}'),
      (count) => count === 1,
    );
    await client.next(5);

    client.socket.close();
    await eventually(
      () => metric(address, 'spotter_live_viewers'),
      (viewers) => viewers === 0,
    );
    await framesFlow(address, 'door', 5);
    const made = await metric(address, MADE);
    await framesFlow(address, 'door', 30);
    expect(await metric(address, MADE)).toBe(made);
  });
});
