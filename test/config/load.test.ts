import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { maskDeep, maskText } from '../../src/config/mask.js';
import { SpotterError } from '../../src/errors.js';
import { temporaryFolder } from '../helpers/temporary.js';

function load(text: string | Uint8Array) {
  const file = path.join(temporaryFolder(), 'config.yaml');
  writeFileSync(file, text);
  return { ...loadConfig(file), folder: path.dirname(file) };
}

/** The message of the error that a configuration is refused with, less the folder's name. */
function refusal(text: string | Uint8Array): string {
  try {
    load(text);
  } catch (error) {
    expect(error).toBeInstanceOf(SpotterError);
    expect((error as SpotterError).exitCode).toBe(2);
    return (error as SpotterError).message.replaceAll(/\S*\/config\.yaml/g, 'config.yaml');
  }
  throw new Error('the configuration was accepted');
}

describe('a configuration', () => {
  it('has a default for every key and is frozen', () => {
    const { config } = load('');
    expect(config.detector).toBe('spotter-det');
    expect(config.http).toEqual({ host: '127.0.0.1', port: 8480, allowedOrigins: [] });
    expect(Object.isFrozen(config.quality)).toBe(true);
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
      'gallery: people\ncameras: [{id: a, url: clips/a.mp4}, {id: b, url: "file:///x/b.mp4"}]',
    );
    expect(config.gallery).toBe(path.join(folder, 'people'));
    expect(config.cameras.map(({ url }) => url)).toEqual([
      path.join(folder, 'clips/a.mp4'),
      'file:///x/b.mp4',
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

  it.each([
    [
      'an unknown key deep inside',
      'http:\n  prt: 1\n',
      'config.yaml:2:3: http.prt: unknown key; did you mean "port"?',
    ],
    ['an unknown key like none', 'zzzzzzzzz: 1\n', 'unknown key; valid here: cameras, gallery'],
    [
      'a number for a text',
      'detector: 5\n',
      'config.yaml:1:11: detector: must be a string, not 5; put it in quotes',
    ],
    ['a text for a list', 'cameras: none\n', 'cameras: must be a list, not the text "none"'],
    ['a missing key', 'cameras:\n  - id: a\n', 'config.yaml:2:5: cameras[0].url: required, a string'],
    [
      'a bad id',
      'cameras: [{id: Front Door, url: x}]',
      'cameras[0].id: must be 1 to 40 of a-z, 0-9 and hyphen',
    ],
    [
      'twins',
      'cameras: [{id: a, url: x}, {id: a, url: y}]',
      'cameras[1].id: "a" is already the id of cameras[0]',
    ],
    ['no such choice', 'log: {level: loud}', 'log.level: must be one of fatal, error'],
    ['a fraction', 'http: {port: 80.5}', 'http.port: must be a whole number, not 80.5'],
    ['off the grid', 'detection: {longestSide: 600}', 'detection.longestSide: must be a multiple of 32'],
    ['nothing where a value is due', 'gallery:\n', 'gallery: must be a string, not empty'],
    ['an unset variable', 'gallery: ${SPOTTER_UNSET}', 'environment variable SPOTTER_UNSET is not set'],
    ['a list as the whole', '- a\n', 'must be a mapping, not a list'],
    ['a key twice', 'gallery: a\ngallery: b\n', 'config.yaml:2:1: Map keys must be unique'],
    ['a tab for spaces', 'http:\n\tport: 1\n', 'config.yaml:2:1:'],
    ['an open bracket', 'cameras: [', 'config.yaml:1:'],
    ['an unknown tag', 'gallery: !!js/function x', 'config.yaml:1:10: Unresolved tag'],
    ['bytes that are no text', Uint8Array.from([0x67, 0xff, 0xfe]), 'is not UTF-8 text'],
    ['more than a configuration can be', `# ${'x'.repeat(1 << 20)}`, 'is larger than 1 MiB'],
    [
      'a detector without its numbers',
      'models: {declared: [{id: x, kind: scrfd, file: a}]}',
      'models.declared[0].mean: required',
    ],
    [
      'a kind of model that there is not',
      'models: {declared: [{id: x, kind: foo, file: a}]}',
      "must be one of 'scrfd' | 'yunet' | 'arcface'",
    ],
  ])('refuses %s', (_name, text, sentence) => {
    expect(refusal(text)).toContain(sentence);
  });

  it('refuses a file that is not there, or that is a folder', () => {
    expect(() => loadConfig('/nonexistent/config.yaml')).toThrow(/does not exist; give another with -c/);
    expect(() => loadConfig(temporaryFolder())).toThrow(/cannot be read/);
  });
});

describe('the environment in a configuration', () => {
  it('stands for text, for numbers where one is due, and never for YAML', () => {
    vi.stubEnv('PORT', '9000');
    vi.stubEnv('PIN', '0123');
    vi.stubEnv('NASTY', 'a: [b');
    const { config } = load('http: {port: "${PORT}"}\ngallery: g-${PIN}-${NASTY}\n');
    expect(config.http.port).toBe(9000);
    expect(path.basename(config.gallery)).toBe('g-0123-a: [b');
    expect(refusal('http: {port: "80"}')).toContain('must be a number, not the text "80"');
    vi.stubEnv('PORT', 'many');
    expect(refusal('http: {port: "${PORT}"}')).toContain('http.port: must be a number');
    vi.unstubAllEnvs();
  });

  it('can be written as itself', () => {
    expect(path.basename(load('gallery: $${HOME}').config.gallery)).toBe('${HOME}');
  });
});

describe('secrets', () => {
  it.each([
    ['rtsp://user:secret@host/stream', 'rtsp://user:***@host/stream'],
    ['rtsp://first.last:p@ss:w/rd@host:554/a', 'rtsp://first.last:***@host:554/a'],
    ['http://host/x?user=a&password=b&z=1', 'http://host/x?user=a&password=***&z=1'],
    ['rtsp://host/stream', 'rtsp://host/stream'],
    ['/some/file.mp4', '/some/file.mp4'],
  ])('mask %s', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it('mask what came out of a secret variable wherever it stands, however it is written', () => {
    vi.stubEnv('API_TOKEN', 'tök/en');
    const { config, secrets } = load('gallery: a-${API_TOKEN}\n');
    expect(secrets).toEqual(['tök/en']);
    expect(
      JSON.stringify(maskDeep({ config, url: `x/${encodeURIComponent('tök/en')}` }, secrets)),
    ).not.toMatch(/tök|t%C3/);
    vi.unstubAllEnvs();
  });
});
