import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { spotter } from '../helpers/cli.js';
import { keptClip } from '../helpers/ffmpeg.js';
import { needRtsp, startRtsp } from '../helpers/rtsp.js';
import { temporaryFolder } from '../helpers/temporary.js';

const clipOf = (size: string) =>
  keptClip(`pattern-${size}.mp4`, [
    ...['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25`, '-t', '30'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p'],
  ]);
const PASSWORD = 'p@ss/w:rd';
const isJpeg = (file: string) =>
  readFileSync(file)
    .subarray(0, 3)
    .equals(Buffer.from([0xff, 0xd8, 0xff]));

describe('spotter camera add', () => {
  it('shows what a camera sends, and writes it into the configuration without showing the password', async (context) => {
    needRtsp(context);
    const { port } = await startRtsp({
      clip: clipOf('640x360'),
      sub: clipOf('320x180'),
      users: [['admin', PASSWORD]],
    });
    const folder = temporaryFolder();
    const file = path.join(folder, 'config.yaml');
    writeFileSync(
      file,
      '# mine\ncameras: [] # none yet\n# where\ndata: state\nwatchdog: { connectMs: 60000 }\n',
    );
    chmodSync(file, 0o640);
    const url = `rtsp://admin:${PASSWORD}@127.0.0.1:${port}/main`;
    const added = await spotter(['camera', 'add', url, '--id', 'door', '--json', '-c', file]);
    expect({ code: added.code, stderr: added.stderr }).toMatchObject({ code: 0 });
    expect(added.stdout + added.stderr).not.toContain(PASSWORD);
    const picture = path.join(folder, 'state', 'trial-door.jpg');
    expect(JSON.parse(added.stdout)).toMatchObject({
      ...{ id: 'door', width: 640, height: 360, codec: 'h264', transport: 'tcp', picture },
      sub: { url: `rtsp://admin:***@127.0.0.1:${port}/sub`, width: 320, height: 180 },
    });
    expect(isJpeg(picture)).toBe(true);
    expect(statSync(picture).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(
      `# mine\ncameras: # none yet\n  - id: door\n    url: ${url}\n# where\ndata: state\nwatchdog: { connectMs: 60000 }\n`,
    );
    expect(statSync(file).mode & 0o777).toBe(0o640);
    const again = await spotter(['camera', 'add', 'rtsp://127.0.0.1:1/x', '--id', 'door', '-c', file]);
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toBe(
      `spotter: "door" is already the id of a camera in ${file}; give another with --id\n`,
    );
  });

  it('says what is wrong with a camera as the daemon does, and writes nothing', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'config.yaml');
    writeFileSync(file, '');
    const { code, stderr } = await spotter([
      ...['camera', 'add', 'rtsp://u:secretword@127.0.0.1:1/x', '--id', 'door', '-c', file],
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('spotter: camera door: 127.0.0.1:1 refuses the connection; check the port');
    expect(stderr).not.toContain('secretword');
    expect(readFileSync(file, 'utf8')).toBe('');
    expect(existsSync(path.join(folder, 'data', 'trial-door.jpg'))).toBe(false);
  });
});
