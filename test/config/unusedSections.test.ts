import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { CONNECTIONS } from '../../src/config/unusedSections.js';
import { temporaryFolder } from '../helpers/temporary.js';

const SECRETS = `
cameras:
  - { id: door, url: 'rtsp://user:\${NOT_SET_CAMERA}@host/x' }
webhooks:
  - { id: hook, url: 'http://host/x', secret: '\${file:not-there}', cameras: [door] }
mqtt: { url: 'mqtt://user:\${NOT_SET_MQTT}@host' }
http: { port: '\${NOT_SET_PORT}' }
detector: yunet
`;

function load(text: string, unused = CONNECTIONS) {
  const file = path.join(temporaryFolder(), 'config.yaml');
  writeFileSync(file, text);
  return loadConfig(file, undefined, undefined, unused).config;
}

describe('loadConfig without unused sections', () => {
  it('needs no secrets of sections that nobody reads', () => {
    const config = load(SECRETS);
    expect(config).toMatchObject({ cameras: [], webhooks: [], mqtt: { url: null }, detector: 'yunet' });
    expect(config.http.port).toBe(8480);
  });

  it('needs those of every other section', () => {
    expect(() => load(SECRETS, ['cameras', 'webhooks', 'http'])).toThrow(/NOT_SET_MQTT is not set/);
    expect(() => load(SECRETS, ['cameras', 'webhooks', 'http'])).not.toThrow(/NOT_SET_CAMERA|not-there/);
    expect(() => load('gallery: ${NOT_SET_GALLERY}\n')).toThrow(/NOT_SET_GALLERY is not set/);
  });

  it('keeps and checks unused sections whose secrets are there', () => {
    const text = "cameras: [{ id: door, url: a.mp4 }]\nmqtt: { url: '${NOT_SET_MQTT}' }\n";
    expect(load(text).cameras).toMatchObject([{ id: 'door' }]);
    expect(() => load("cameras: [{ id: door }]\nmqtt: { url: '${NOT_SET_MQTT}' }\n")).toThrow(/cameras\[0\]/);
  });

  it('does not look at certificates of cameras that nobody connects to', () => {
    const text = 'cameras: [{ id: door, url: "rtsps://host/x", tls: { ca: not-there.pem } }]\n';
    expect(load(text).cameras).toHaveLength(1);
    expect(() => load(text, [])).toThrow(/not-there\.pem/);
  });
});
