import { describe, expect, it } from 'vitest';
import { maskText, secretMasker } from '../../src/core/secrets.js';

describe('secretMasker', () => {
  it('masks every occurrence, the longest secret first', () => {
    const mask = secretMasker(['door', 'doorbell', '$&$1']);
    expect(mask('doorbell, door and $&$1: door')).toBe('***, *** and ***: ***');
  });

  it('leaves secrets shorter than 4 characters in the text', () => {
    expect(secretMasker(['cat', ''])('a cat sat')).toBe('a cat sat');
  });
});

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
});

describe('maskText', () => {
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
  ])('masks %s', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });
});

describe('maskText', () => {
  const LENGTH = 200_000;
  const fill = (part: string) => part.repeat(LENGTH / part.length);

  // A quadratic masker needs minutes for these, and the test would time out.
  it.each([
    'a',
    '?pass',
    '?pass=',
    'password=x_channel=',
    '=',
    'a=',
    'k="',
    '://',
    'a://',
    '@',
    ':@',
    '/',
    '%',
    '*',
    'aB3',
    'a ',
    ' ',
    'rtsp://u:p@h/x?token=t ',
  ])('takes linear time for a long run of %j', (part) => {
    for (const text of [fill(part), `rtsp://${fill(part)}`, `${fill(part)}@`])
      expect(maskText(text, ['secret']).length).toBeLessThan(2 * LENGTH);
  });

  it('masks the values of secret keys wherever they stand', () => {
    expect(maskText('you sent token=abc&x=1 and sig="a b", k=2')).toBe(
      'you sent token=***&x=1 and sig=***, k=***',
    );
    expect(maskText('user=admin_password=a_b_channel=1')).toBe('user=admin_password=***_channel=1');
  });
});
