import { describe, expect, it } from 'vitest';
import { draftCamera } from '../../src/cli/cameraAddress.js';
import { explore } from '../../src/cli/cameraTrials.js';
import { schema } from '../../src/config/schema.js';
import { keptClip } from '../helpers/ffmpeg.js';
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
