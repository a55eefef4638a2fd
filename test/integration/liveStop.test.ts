import { describe, expect, it } from 'vitest';
import { patternClip, rtsp, watchdog } from '../helpers/cameras.js';
import { closedPort, startSilent } from '../helpers/chaos.js';
import { finish } from '../helpers/cli.js';
import { configure, daemon, framesFlow, Listener } from '../helpers/daemon.js';
import { sparse } from '../helpers/ffmpeg.js';
import { demoClip } from '../helpers/paths.js';
import { descendantsOf, isRunning } from '../helpers/processes.js';
import { needRtsp, startRtsp } from '../helpers/rtsp.js';

describe('spotter run: SIGTERM', () => {
  it('to a daemon of live cameras under load ends it with exit code 0 at any moment', async (context) => {
    needRtsp(context);
    const server = await startRtsp({ clip: patternClip() });
    const fast = { fps: 30, motion: { enabled: false } };
    const cameras = [
      { id: 'tcp', url: rtsp(server.port), ...fast },
      { id: 'udp', url: rtsp(server.port), transport: 'udp', ...fast },
      { id: 'pattern', url: 'test:640x360', ...fast },
      { id: 'recording', url: sparse(demoClip), loop: true },
      { id: 'silent', url: rtsp(await startSilent()) },
      { id: 'refused', url: rtsp(await closedPort()) },
    ];
    const file = configure(cameras, watchdog());
    const moments: ((address: string) => Promise<unknown>)[] = [
      async () => {},
      (address) => new Listener(address).camera('pattern', 'live'),
      (address) => new Listener(address).camera('tcp', 'live'),
      (address) => framesFlow(address, 'udp', 10),
      async (address) => {
        await framesFlow(address, 'tcp');
        const client = new Listener(address);
        await client.camera('tcp', 'live');
        server.child.kill('SIGSTOP');
        await framesFlow(address, 'pattern', 10);
      },
    ];
    for (const moment of moments) {
      const { child, address } = await daemon(file);
      await moment(address);
      const family = [...descendantsOf(child.pid, 'ffmpeg'), ...descendantsOf(child.pid, 'node')];
      const ended = finish(child);
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ code: 0, signal: null });
      expect(family.filter(isRunning)).toEqual([]);
    }
  });
});
