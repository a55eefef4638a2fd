import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { maskText } from '../../src/core/secrets.js';
import { load, refusal } from '../helpers/config.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('loadConfig: the environment', () => {
  it('stands for text, for numbers where one is due, and never for YAML', () => {
    vi.stubEnv('PORT', '9000');
    vi.stubEnv('PIN', '0123');
    vi.stubEnv('NASTY', 'a: [b');
    const { config } = load('http: {port: "${PORT}"}\ngallery: g-${PIN}-${NASTY}\n');
    expect(config.http.port).toBe(9000);
    expect(path.basename(config.gallery.folder)).toBe('g-0123-a: [b');
    expect(refusal('http: {port: "80"}')).toContain('must be a number, not the text "80"');
    vi.stubEnv('PORT', 'many');
    expect(refusal('http: {port: "${PORT}"}')).toContain('http.port: must be a number');
    vi.unstubAllEnvs();
  });

  it('lacks a variable in one sentence per place, whatever the value is for', () => {
    expect(refusal('http: {port: "${NOT_SET}"}')).toBe(
      'config.yaml:1:14: environment variable NOT_SET is not set; set it, or write $${NOT_SET} for the text itself',
    );
    const twins = 'cameras: [{id: "${NOT_SET}", url: a}, {id: "${NOT_SET}", url: b}]\ngalery: x\n';
    expect(refusal(twins).split('\n').slice(1)).toEqual([
      expect.stringMatching(/^config\.yaml:1:16: environment variable/),
      expect.stringMatching(/^config\.yaml:1:44: environment variable/),
      expect.stringMatching(/^config\.yaml:2:1: galery: unknown key/),
    ]);
  });

  it('may be in files, whose text is a secret', () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'door.txt'), 's3cret: [x\n');
    writeFileSync(path.join(folder, 'config.yaml'), 'gallery: "a-${file:door.txt}-b"\n');
    const { config, secrets } = loadConfig(path.join(folder, 'config.yaml'));
    expect(path.basename(config.gallery.folder)).toBe('a-s3cret: [x-b');
    expect(secrets).toEqual(['s3cret: [x']);
    expect(maskText('opened a-s3cret: [x-b', secrets)).toBe('opened a-***-b');
  });

  it('may not be in files that are too large or no text', () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'config.yaml');
    writeFileSync(file, 'gallery: "${file:secret}"\n');
    writeFileSync(path.join(folder, 'secret'), 'x'.repeat(64 * 1024));
    expect(path.basename(loadConfig(file).config.gallery.folder)).toHaveLength(64 * 1024);
    writeFileSync(path.join(folder, 'secret'), 'x'.repeat(64 * 1024 + 1));
    expect(() => loadConfig(file)).toThrow('secret is larger than 64 KiB');
    writeFileSync(path.join(folder, 'secret'), Uint8Array.from([0x67, 0xff]));
    expect(() => loadConfig(file)).toThrow('secret is not UTF-8 text');
  });

  it.each([
    ['where a number is due', 'http: {port: "${DOOR_PASSWORD}"}'],
    ['where a list is due', 'cameras: "${DOOR_PASSWORD}"'],
    ['as the id of twins', 'cameras: [{id: "${DOOR_PASSWORD}", url: a}, {id: "${DOOR_PASSWORD}", url: b}]'],
    ['as a scheme', 'cameras: [{id: a, url: "${DOOR_PASSWORD}://host"}]'],
  ])('is not quoted in a fault when it is a secret %s', (_where, text) => {
    vi.stubEnv('DOOR_PASSWORD', 'hunter22');
    const message = refusal(text);
    expect(message).toContain('***');
    expect(message).not.toContain('hunter22');
    vi.unstubAllEnvs();
  });

  it('can be written as itself', () => {
    expect(path.basename(load('gallery: $${HOME}').config.gallery.folder)).toBe('${HOME}');
  });
});
