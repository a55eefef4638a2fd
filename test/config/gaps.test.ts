import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { shareableConfig } from '../../src/config/configText.js';
import { hasGap } from '../../src/config/gaps.js';
import { loadIncompleteConfig } from '../../src/config/load.js';
import { maskConfig } from '../../src/config/mask.js';
import { CONNECTIONS } from '../../src/config/unusedSections.js';
import { temporaryFolder } from '../helpers/temporary.js';

const TEXT = `cameras:
  - { id: door, url: 'rtsp://user:\${NOT_SET}@host/x' }
  - { id: yard, url: '\${NOT_SET_URL}', fps: '\${NOT_SET_FPS}' }
  - { id: clip, url: clip.mp4 }
webhooks:
  - { id: hook, url: '\${file:not-there}', secret: '\${NOT_SET}', headers: { X-Token: 'abcdefgh12345678' } }
mqtt: { url: '\${NOT_SET_MQTT}' }
http: { port: '\${NOT_SET_PORT}' }
`;

function load(text: string) {
  const folder = temporaryFolder();
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, text);
  return loadIncompleteConfig(file, () => {}, folder, CONNECTIONS);
}

describe('loadIncompleteConfig', () => {
  it('does without variables and secret files, and names each', () => {
    const { config, gaps } = load(TEXT);
    expect(config.cameras.map(({ id, url, fps }) => ({ id, url, fps }))).toEqual([
      { id: 'door', url: 'rtsp://user:${NOT_SET}@host/x', fps: 10 },
      { id: 'yard', url: expect.stringContaining('${NOT_SET_URL}'), fps: 10 },
      { id: 'clip', url: expect.stringContaining('clip.mp4'), fps: 10 },
    ]);
    expect([config.mqtt.url, config.http.port]).toEqual([null, 8480]);
    expect(gaps.map(({ section, reference }) => [section, reference])).toEqual([
      ['cameras', '${NOT_SET}'],
      ['cameras', '${NOT_SET_URL}'],
      ['cameras', '${NOT_SET_FPS}'],
      ['webhooks', '${file:not-there}'],
      ['webhooks', '${NOT_SET}'],
      ['mqtt', '${NOT_SET_MQTT}'],
      ['http', '${NOT_SET_PORT}'],
    ]);
    expect(gaps[0].fault).toMatch(/config\.yaml:2:22: environment variable NOT_SET is not set; set it/);
    expect(config.cameras.map((camera) => hasGap(camera, gaps))).toEqual([true, true, false]);
  });

  it('hides the secrets that are there, and keeps references and comments in a text to give away', () => {
    const loaded = load(`${TEXT}# \${NOT_SET}\n`);
    const { text, leftOut } = shareableConfig(`${TEXT}# \${NOT_SET}\n`, loaded, { gallery: '', data: '' });
    expect(text).toBe(`${TEXT}# \${NOT_SET}\n`.replace("'abcdefgh12345678'", '"***"'));
    expect(leftOut).toEqual(['webhooks[0].headers.X-Token']);
    const shown = JSON.stringify(maskConfig(loaded.config, loaded.secrets));
    expect(shown).not.toMatch(/abcdefgh/);
    expect(shown).toContain('rtsp://user:***@host/x');
  });

  it('still needs those of other sections, and refuses what else is wrong', () => {
    expect(() => load('gallery: ${NOT_SET}\n')).toThrow(/NOT_SET is not set/);
    expect(() => load(`${TEXT}galery: x\n`)).toThrow(/^\S+: galery: unknown key/);
    expect(() => load("cameras: [{ id: a, url: '${NOT_SET}', fps: fast }]\n")).toThrow(
      /fps: must be a number/,
    );
  });
});
