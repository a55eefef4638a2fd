import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { load, refusal } from '../helpers/config.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('loadConfig', () => {
  it('has a default for every key and is frozen', () => {
    const { config } = load('');
    expect(config.detector).toBe('spotter-det');
    expect(config.http).toEqual({
      host: '127.0.0.1',
      port: 8480,
      allowedOrigins: [],
      allowedHosts: [],
      maxConnections: 500,
      rateLimit: 1200,
      tls: { certificate: null, key: null },
    });
    expect(Object.isFrozen(config.quality)).toBe(true);
  });

  it('takes a list or mapping with nothing in it for one that is not there', () => {
    expect(load('cameras:\nhttp:\n  # port: 9000\nmatch:\ndata: state\n').config.http).toEqual(
      load('').config.http,
    );
    expect(load('---\n').config.cameras).toEqual([]);
  });

  it('says whether anything is set', () => {
    const isEmpty = (text: string) => load(text).isEmpty;
    expect(['', '\n# cameras: []\n', '{}', '---\n'].map(isEmpty)).toEqual([true, true, true, true]);
    expect(['cameras: []\n', 'http:\n'].map(isEmpty)).toEqual([false, false]);
  });

  it('reads the example of the contract', () => {
    vi.stubEnv('DOOR_PASSWORD', 'p@ss');
    const { config } = load(`
cameras:
  - id: front-door
    url: rtsp://user:\${DOOR_PASSWORD}@camera.local/stream1
gallery: gallery
detector: spotter-det
embedder: spotter-embed
http: { host: 127.0.0.1, port: 8480 }
data: data
`);
    expect(config.cameras[0]).toMatchObject({
      id: 'front-door',
      url: 'rtsp://user:p@ss@camera.local/stream1',
    });
    vi.unstubAllEnvs();
  });

  it('takes paths as relative to its own folder and leaves addresses alone', () => {
    const { config, folder } = load(
      'gallery: people\ncameras: [{id: a, url: clips/a.mp4}, {id: b, url: "file:///x/b.mp4"}, {id: c, url: "file:c.mp4"}, {id: d, url: "test:"}, {id: e, url: " rtsp://h/x\\n"}]',
    );
    expect(config.gallery.folder).toBe(path.join(folder, 'people'));
    expect(config.cameras.map(({ url }) => url)).toEqual([
      path.join(folder, 'clips/a.mp4'),
      '/x/b.mp4',
      path.join(folder, 'c.mp4'),
      'test:',
      'rtsp://h/x',
    ]);
  });

  it('lists every fault at once, with line and column, in the order of the file', () => {
    expect(refusal('galery: x\nhttp:\n  port: eighty\ntrack: { minIou: 2 }\n').split('\n')).toEqual([
      'config.yaml has 3 errors',
      'config.yaml:1:1: galery: unknown key; did you mean "gallery"?',
      'config.yaml:3:9: http.port: must be a number, not the text "eighty"',
      'config.yaml:4:18: track.minIou: must be at most 1',
    ]);
  });

  it('lists the first 20 of many faults and the number of the others, each on one line of limited length', () => {
    const keys = Array.from({ length: 23 }, (_, index) => `"${'k'.repeat(1000)}${index}\\e[2J\\n": 1\n`);
    const lines = refusal(keys.join('')).split('\n');
    expect(lines).toHaveLength(22);
    expect(lines[0]).toBe('config.yaml has 23 errors');
    expect(lines[20]).toMatch(/^config\.yaml:20:1: k{500}\.\.\.$/);
    expect(lines[21]).toBe('config.yaml: 3 more errors');
    expect(refusal('"a\\e[2J\\nb": 1')).toMatch(/^config\.yaml:1:1: a\\x1b\[2J\\nb: unknown key/);
  });

  // Quadratic code needs minutes for these, and the test would time out.
  it.each([
    ['a port', (text: string) => `http: { port: "${text}" }`],
    ['an address', (text: string) => `cameras: [{ id: a, url: "rtsp://${text}@h/x" }]`],
    ['a path', (text: string) => `cameras: [{ id: a, url: "${text}" }]`],
    ['a webhook', (text: string) => `webhooks: [{ id: a, url: "http://h/${text}", secret: short }]`],
    ['a key', (text: string) => `"${text}": 1`],
    ['a list', (text: string) => `a: ${text}`],
  ])('checks 200 kB as %s in time linear in its length', (_, write) => {
    for (const part of ['?pass', 'aB3', '://', '@', ':', '/', '${file:', '[', 'a:@/'])
      expect(refusal(write(part.repeat(200_000 / part.length)))).toMatch(/^config\.yaml/);
  });

  it('refuses a text with a NUL character, with which the system opens nothing', () => {
    expect(refusal('gallery: "a\\0b"\ndata: "\\0"\n').split('\n').slice(1)).toEqual([
      'config.yaml:1:10: contains a NUL character; remove it',
      'config.yaml:2:7: contains a NUL character; remove it',
    ]);
  });

  it('refuses a file that is not there, or that is a folder', () => {
    expect(() => loadConfig('/nonexistent/config.yaml')).toThrow(/does not exist; give another with -c/);
    expect(() => loadConfig(temporaryFolder())).toThrow(/cannot be read/);
  });
});
