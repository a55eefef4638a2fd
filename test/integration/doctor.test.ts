import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { spotter } from '../helpers/cli.js';
import { root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('spotter doctor', () => {
  it('checks everything, names each camera that cannot be used, and shows no secret', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(
      file,
      `cameras:
  - { id: pattern, url: "test:320x180" }
  - { id: gone, url: "rtsp://admin:doorsecret@127.0.0.1:1/x" }
gallery: ${root}/gallery
http: { port: 0 }
mqtt: { url: "mqtt://u:brokersecret@127.0.0.1:1" }
webhooks: [{ id: hook, url: "http://127.0.0.1:1/hooks/T0001secret" }]
`,
    );
    chmodSync(file, 0o600);
    const { code, stdout, stderr } = await spotter(['doctor', '-c', file, '--json']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).not.toMatch(/doorsecret|brokersecret|T0001secret/);
    const { faults, findings } = JSON.parse(stdout) as { faults: number; findings: Record<string, string>[] };
    const bad = findings.filter(({ state }) => state === 'fault');
    expect(bad.map(({ check, subject }) => `${check} ${subject}`)).toEqual([
      'webhook hook',
      'broker null',
      'camera gone',
    ]);
    expect(faults).toBe(3);
    expect(bad[2].message).toBe(
      '127.0.0.1:1 refuses the connection; check the port and that the camera streams',
    );
    expect(findings.find(({ subject }) => subject === 'pattern')?.message).toMatch(/^320x180, rawvideo/);
  });

  it('checks the machine although the configuration is not valid', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(file, 'camera: x\ndata: 5\n');
    const { code, stdout } = await spotter(['doctor', '-c', file]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok +ffmpeg +\d/m);
    expect(stdout).toMatch(/^fault +configuration .*config\.yaml:2:7: data/m);
  });
});
