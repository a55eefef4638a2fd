import { describe, expect, it } from 'vitest';
import { draftCamera } from '../../src/cli/cameraAddress.js';
import { explore } from '../../src/cli/cameraTrials.js';
import { schema } from '../../src/config/schema.js';
import { motionJpeg, startWeb } from '../helpers/chaos.js';
import { keptClip, made } from '../helpers/ffmpeg.js';
import { needRtsp, startRtsp } from '../helpers/rtsp.js';

const clip = () =>
  keptClip('pattern-320x180.mp4', [
    ...['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25', '-t', '30'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p'],
  ]);
const request = (transport: 'tcp' | 'udp' | null = null) => ({
  config: schema.parse({ watchdog: { connectMs: 60_000 } }),
  signal: new AbortController().signal,
  transport,
  quiet: true,
});

describe('explore', () => {
  it('finds UDP where a camera sends nothing over TCP', async (context) => {
    needRtsp(context);
    const { port } = await startRtsp({ clip: clip(), udpOnly: true });
    const draft = draftCamera({ url: `rtsp://127.0.0.1:${port}/cam` }, '/');
    const { trial, transport, sub } = await explore(draft, request());
    expect({ transport, sub }).toEqual({ transport: 'udp', sub: null });
    expect(trial).toMatchObject({
      size: { width: 320, height: 180 },
      codec: 'h264',
      fps: expect.any(Number),
    });
    await expect(explore(draft, request('tcp'))).rejects.toThrow(
      /does not send over tcp; set transport to udp/,
    );
  });

  it('asks a camera that refuses the password only once', async (context) => {
    needRtsp(context);
    const { port } = await startRtsp({ clip: clip(), users: [['admin', 'right']] });
    const draft = draftCamera({ url: `rtsp://admin:wrongword@127.0.0.1:${port}/cam`, id: 'door' }, '/');
    await expect(explore(draft, request())).rejects.toMatchObject({
      code: 'camera.auth',
      message: expect.not.stringContaining('wrongword'),
    });
  });
});

describe('explore: a picture that changes its shape', () => {
  const picture = (size: string) =>
    made(`picture-${size}.jpg`, '-f', 'lavfi', '-i', `testsrc2=s=${size}`, '-frames:v', '1');
  /** Sends some pictures of one shape and then the other; from the connection `steadyFrom` on, the other alone. */
  const changing = (steadyFrom: number) => {
    let connections = 0;
    const [before, after] = ['640x360', '480x480'].map(picture);
    return startWeb((request, response) => {
      const steady = motionJpeg(after, 50);
      if (++connections >= steadyFrom) return steady(request, response);
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
      for (const jpeg of [before, before, after, after]) {
        response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
        response.write(jpeg);
      }
    });
  };

  it('once is opened again, as the daemon does, and noted', async () => {
    const port = await changing(2);
    const { trial } = await explore(draftCamera({ url: `http://127.0.0.1:${port}/video` }, '/'), request());
    expect(trial).toMatchObject({
      size: { width: 480, height: 480 },
      notices: [`the picture of 127.0.0.1:${port} has changed from 640x360 to 480x480`],
    });
  });

  it('again and again is a fault, with what to do', async () => {
    const port = await changing(Number.POSITIVE_INFINITY);
    const url = `http://127.0.0.1:${port}/video`;
    await expect(explore(draftCamera({ url, id: 'door' }, '/'), request())).rejects.toThrow(
      `camera door: the picture of 127.0.0.1:${port} has changed from 640x360 to 480x480 again and again, and each time the stream has to be reopened; set one size in the camera`,
    );
  });
});

describe('draftCamera', () => {
  it('names a camera after its host, and keeps secrets apart', () => {
    process.env.TEST_DOOR_PASSWORD = 'fromoutside';
    const url = 'rtsp://u:${TEST_DOOR_PASSWORD}@front-door.local:554/1';
    const { config, secrets } = draftCamera({ url }, '/', ['front-door']);
    delete process.env.TEST_DOOR_PASSWORD;
    expect(config).toMatchObject({ id: 'front-door-2', url: 'rtsp://u:fromoutside@front-door.local:554/1' });
    expect(secrets).toContain('fromoutside');
  });

  it.each([
    [{ url: 'rtsp://u:${TEST_MISSING}@cam/1' }, /environment variable TEST_MISSING is not set/],
    [{ url: 'u:secretword@cam/1' }, /is not a kind of live source/],
    [{ url: 'test:', id: 'Haustür' }, /--id Haustür: must be 1 to 40 of a-z/],
  ])('refuses %j without showing a secret', (given, message) => {
    expect(() => draftCamera(given, '/')).toThrow(message);
    expect(() => draftCamera(given, '/')).not.toThrow(/secretword/);
  });
});
