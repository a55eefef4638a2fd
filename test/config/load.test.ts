import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { maskDeep, maskText } from '../../src/config/mask.js';
import { SpotterError } from '../../src/core/errors.js';
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
      'gallery: people\ncameras: [{id: a, url: clips/a.mp4}, {id: b, url: "file:///x/b.mp4"}, {id: c, url: "file:c.mp4"}, {id: d, url: "test:"}, {id: e, url: " rtsp://h/x\\n"}]',
    );
    expect(config.gallery).toBe(path.join(folder, 'people'));
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
    [
      'twins among webhooks',
      'webhooks:\n  - {id: a, url: "http://h/"}\n  - {id: a, url: "http://i/"}\n',
      'config.yaml:3:10: webhooks[1].id: "a" is already the id of webhooks[0]; give each webhook its own',
    ],
    [
      'a webhook for a camera that there is not',
      'cameras: [{id: a, url: x}]\nwebhooks:\n  - {id: h, url: "http://h/", cameras: [a, b]}\n',
      'config.yaml:3:44: webhooks[0].cameras[1]: "b" is not the id of a camera; use an id from "cameras", or remove it',
    ],
    ['a webhook by mail', 'webhooks: [{id: a, url: "mailto:a@b"}]', 'must be an http:// or https:// address'],
    ['a broker without //', 'mqtt: {url: "mqtt:h"}', 'mqtt.url: must be an mqtt:// or mqtts:// address'],
    ['a broker by HTTP', 'mqtt: {url: "http://h/"}', 'mqtt.url: must be an mqtt:// or mqtts:// address'],
    ['a topic with a wildcard', 'mqtt: {topic: "a/#"}', 'mqtt.topic: must be a topic without # and +'],
    ['a prefix with a wildcard', 'mqtt: {discoveryPrefix: "+"}', 'mqtt.discoveryPrefix: must be a topic'],
    [
      'a short secret',
      'webhooks: [{id: a, url: "http://h/", secret: short}]',
      'webhooks[0].secret: must have at least 16 characters',
    ],
    ['no such choice', 'log: {level: loud}', 'log.level: must be one of fatal, error'],
    ['a fraction', 'http: {port: 80.5}', 'http.port: must be a whole number, not 80.5'],
    ['off the grid', 'detection: {longestSide: 600}', 'detection.longestSide: must be a multiple of 32'],
    ['nothing where a value is due', 'gallery:\n', 'gallery: must be a string, not empty'],
    ['an unset variable', 'gallery: ${SPOTTER_UNSET}', 'environment variable SPOTTER_UNSET is not set'],
    ['a list as the whole', '- a\n', 'must be a mapping, not a list'],
    ['a key twice', 'gallery: a\ngallery: b\n', 'config.yaml:2:1: Map keys must be unique'],
    ['a tab for spaces', 'http:\n\tport: 1\n', 'config.yaml:2:1:'],
    ['a login without a scheme', 'cameras: [{id: a, url: "//user:pw@host/x"}]', 'has a login but no scheme'],
    ...['rtsp//', 'RTSP;//', 'rtsp/', 'https//'].map((scheme): [string, string, string] => [
      `a login behind ${scheme}`,
      `cameras: [{id: a, url: "${scheme}user:pw@host/x"}]`,
      'has a login but no scheme',
    ]),
    ['an address of spaces', 'cameras: [{id: a, url: "  "}]', 'cameras[0].url: is empty'],
    ['an alias of nothing', 'workers: *none\n', 'Unresolved alias'],
    ['a stream without a host', 'cameras: [{id: a, url: "rtsp://"}]', 'has no host; write rtsp://host/path'],
    [
      'a scheme that there is not',
      'cameras: [{id: a, url: "gopher://h/x"}]',
      'gopher: is not a kind of live source',
    ],
    [
      'a file of another machine',
      'cameras: [{id: a, url: "file://host/x.mp4"}]',
      'not a file: URL of this machine',
    ],
    ['too many frames', 'cameras: [{id: a, url: "test:", fps: 1000}]', 'cameras[0].fps: must be at most 60'],
    ['no frames', 'cameras: [{id: a, url: "test:", fps: 0}]', 'cameras[0].fps: must be at least 0.1'],
    [
      'a turn that is none',
      'cameras: [{id: a, url: "test:", rotate: 45}]',
      'cameras[0].rotate: must be one of 0, 90, 180, 270',
    ],
    [
      'a zone without an area',
      'cameras: [{id: a, url: "test:", zones: [{name: z, points: [[0, 0], [1, 1]]}]}]',
      'cameras[0].zones[0].points: needs at least 3 points',
    ],
    [
      'coordinates in px',
      'cameras: [{id: a, url: "test:", masks: [[[0, 0], [640, 0], [640, 360]]]}]',
      'cameras[0].masks[0][1][0]: must be from 0 to 1',
    ],
    [
      'zones of one name',
      'cameras: [{id: a, url: "test:", zones: [{name: z, points: [[0,0],[1,0],[1,1]]}, {name: z, points: [[0,0],[1,0],[1,1]]}]}]',
      'cameras[0].zones[1].name: "z" is already the name of another zone',
    ],
    [
      'an option of ffmpeg that could do harm',
      'cameras: [{id: a, url: "test:", input: {protocol_whitelist: file}}]',
      'cameras[0].input.protocol_whitelist: unknown key',
    ],
    ['a secret file that is not there', 'gallery: ${file:none.txt}', 'none.txt does not exist; create it'],
    ['a secret file that never ends', 'gallery: ${file:/dev/zero}', '/dev/zero is not a regular file'],
    ['a secret folder', 'gallery: ${file:.}', 'is not a regular file'],
    ['a secret file without a name', 'gallery: ${file:}', 'is not a regular file'],
    [
      'a line break in a header',
      'cameras: [{id: a, url: "test:", input: {user_agent: "a\\r\\nb"}}]',
      'without line breaks',
    ],
    [
      'a flag of RTSP that there is not',
      'cameras: [{id: a, url: "test:", input: {rtsp_flags: listen}}]',
      'must be one of prefer_tcp',
    ],
    [
      'three coordinates',
      'cameras: [{id: a, url: "test:", masks: [[[0, 0, 0], [1, 0], [1, 1]]]}]',
      'must have at most 2 items',
    ],
    ['digits for a text', 'gallery: 0123', 'must be a string, not 123; put it in quotes'],
    [
      'more aliases than anybody writes',
      `a: &a [${'x,'.repeat(9)}]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]\n`,
      'Excessive alias count',
    ],
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

  it('may be in files, whose text is a secret', () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'door.txt'), 's3cret: [x\n');
    writeFileSync(path.join(folder, 'config.yaml'), 'gallery: "a-${file:door.txt}-b"\n');
    const { config, secrets } = loadConfig(path.join(folder, 'config.yaml'));
    expect(path.basename(config.gallery)).toBe('a-s3cret: [x-b');
    expect(secrets).toEqual(['s3cret: [x']);
    expect(maskText('opened a-s3cret: [x-b', secrets)).toBe('opened a-***-b');
  });

  it('may not be in files that are too large or no text', () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'config.yaml');
    writeFileSync(file, 'gallery: "${file:secret}"\n');
    writeFileSync(path.join(folder, 'secret'), 'x'.repeat(64 * 1024));
    expect(path.basename(loadConfig(file).config.gallery)).toHaveLength(64 * 1024);
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
  ])('is not told in a fault when it is a secret %s', (_where, text) => {
    vi.stubEnv('DOOR_PASSWORD', 'hunter22');
    const message = refusal(text);
    expect(message).toContain('***');
    expect(message).not.toContain('hunter22');
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
    ['cannot open rtsp://user:pw@host/x now', 'cannot open rtsp://user:***@host/x now'],
    ['rtsp://token@host/x', 'rtsp://***@host/x'],
    ['rtsp://u:with space@host/x', 'rtsp://u:***@host/x'],
    ['from http://a:b@h1/ to http://c:d@h2/', 'from http://a:***@h1/ to http://c:***@h2/'],
    ['rtsp://host/stream', 'rtsp://host/stream'],
    ['/some/file.mp4', '/some/file.mp4'],
  ])('mask %s', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it('are those of webhooks and of the broker as well', () => {
    const { config, secrets } = load(`
webhooks: [{id: a, url: "https://u:hook%40pass@h/", secret: a-secret-of-16-chars}]
mqtt: {url: "mqtt://u:broker%2Fpass@h"}
`);
    const shown = JSON.stringify(maskDeep(config, secrets));
    expect(shown).toContain('"secret":"***"');
    expect(shown).toContain('https://u:***@h/');
    const said = maskText('hook@pass hook%40pass broker/pass broker%2Fpass a-secret-of-16-chars', secrets);
    expect(said).toBe('*** *** *** *** ***');
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
