import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { maskDeep, maskText } from '../../src/config/mask.js';
import { load } from '../helpers/config.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Each at least four characters long. */
const AWKWARD = [
  'with:colon',
  'p/w@x',
  'a@b@c@',
  'h#sh?q=1&z',
  '100%sure',
  '%41%zz%',
  'two words',
  'пароль',
  '😀smile',
  'p.*+?^${}()|[]\\',
  "$&$1$`$'",
  'it\'s"quoted"',
  "ex!c('*)l",
  '<&>;',
  'rtsp',
  'x://y:z@w',
];

/** Encodes as RFC 3986 recommends, with capital hexadecimal digits. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const small = (text: string) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());

describe.each(AWKWARD)('maskText: the password %s', (password) => {
  const forms = [
    ...new Set([password, encodeURIComponent(password), encode(password), small(encode(password))]),
  ];
  const leaks = (masked: string) =>
    forms.filter((form) => masked.replace(/rtsp(?=:\/\/)/g, '').includes(form));

  it('is masked in an address, known as a secret or not, while user and host stay', () => {
    for (const form of forms) {
      expect(maskText(`rtsp://first.last:${form}@cam.local:554/a`)).toBe(
        'rtsp://first.last:***@cam.local:554/a',
      );
      const known = maskText(`rtsp://first.last:${form}@cam.local:554/a`, [password]);
      expect(leaks(known)).toEqual([]);
      expect(known).toMatch(/:\/\/first\.last:\*\*\*@cam\.local:554\/a$/);
    }
  });

  it('is masked in the output of ffmpeg when it is a known secret', () => {
    for (const form of forms) {
      const address = `rtsp://u:${form}@cam.local/a`;
      for (const text of [
        `[rtsp @ 0x5] ${address}: 401 Unauthorized`,
        `cannot open '${address}'`,
        `login ${form}, no`,
      ])
        expect(leaks(maskText(text, [password]))).toEqual([]);
    }
  });

  it('becomes a known secret through the address of a camera', () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(
      file,
      JSON.stringify({ cameras: [{ id: 'a', url: `rtsp://u:${encode(password)}@cam.local/a` }] }),
    );
    const { secrets } = loadConfig(file);
    expect(leaks(maskText(`got ${password} and ${encode(password)}`, secrets))).toEqual([]);
  });
});

describe('maskText, maskDeep: masking', () => {
  it('leaves innocent text alone, however short a secret is', () => {
    expect(maskText('a cat sat', ['a', 'at', 'cat'])).toBe('a cat sat');
    expect(maskText('a cat at rtsp://u:cat@h/x', ['cat'])).toBe('a cat at rtsp://u:***@h/x');
  });

  it('masks every address in a text of several lines', () => {
    expect(maskText('no rtsp://a:b@h/1,\nno HTTP://c:d@h/2 (mail me@home)')).toBe(
      'no rtsp://a:***@h/1,\nno HTTP://c:***@h/2 (mail me@home)',
    );
  });

  it('masks the longest secret first', () => {
    expect(maskText('hunter22!', ['hunter', 'hunter22!'])).toBe('***');
  });

  it('masks strings in a copy of plain data and leaves the original unchanged', () => {
    const data = { cameras: [{ url: 'rtsp://u:pw@h/x', fps: 5, maxWidth: null }], on: true };
    expect(maskDeep(data, [])).toEqual({
      ...data,
      cameras: [{ ...data.cameras[0], url: 'rtsp://u:***@h/x' }],
    });
    expect(data.cameras[0].url).toBe('rtsp://u:pw@h/x');
  });
});

describe('maskText, maskDeep: secrets', () => {
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
    const masked = maskText('hook@pass hook%40pass broker/pass broker%2Fpass a-secret-of-16-chars', secrets);
    expect(masked).toBe('*** *** *** *** ***');
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
