import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { spotter } from '../helpers/cli.js';
import { root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('spotter without the secrets of connections', () => {
  it.each([
    [['models', 'list'], /spotter-det/],
    [['gallery', 'set-aside', '--list'], /^/],
    [['dead-letters', 'list'], /no dead letters/],
    [['camera', 'list'], /rtsp:\/\/u:\*\*\*@h\/x/],
    [['scan', '/nowhere.mp4'], /^$/],
  ])('%j needs none of them', async (args, output) => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(
      file,
      `gallery: ${root}/gallery\nmqtt: { url: "mqtt://user:\${MQTT_PASSWORD}@host" }\ncameras: [{ id: a, url: "rtsp://u:\${file:none}@h/x" }]\n`,
    );
    const { stdout, stderr } = await spotter([...args, '-c', file]);
    expect(stderr).not.toMatch(/MQTT_PASSWORD|none/);
    expect(stdout).toMatch(output);
  });
});

describe('spotter dead-letters', () => {
  it('refuses a sink that there is not, and names the nearest one', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(file, 'webhooks: [{ id: doorbell, url: "http://host/x" }]\n');
    expect(await spotter(['dead-letters', 'list', '--sink', 'doorbel', '-c', file])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'spotter: no sink is called doorbel; did you mean "webhook:doorbell"?\n',
    });
  });
});
