import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/core/address.js';
import { scrubber } from '../../src/video/scrub.js';

describe('parseAddress', () => {
  it.each([
    // As it should be
    ['rtsp://host/x', null, 'host', '/x'],
    ['RTSP://host:8554/x?y=1', null, 'host:8554', '/x?y=1'],
    ['rtsp://10.0.0.5', null, '10.0.0.5', ''],
    ['rtsps://user:pass@[fe80::1]:322/x', 'user:pass', '[fe80::1]:322', '/x'],
    ['http://user@cam.local/a b', 'user', 'cam.local', '/a%20b'],
    ['rtsp://cam_1/x', null, 'cam_1', '/x'],
    // Passwords as people write them
    ['rtsp://u:p@ss/w:rd@host/x', 'u:p%40ss%2Fw%3Ard', 'host', '/x'],
    ['rtsp://u:p/w@host/x', 'u:p%2Fw', 'host', '/x'],
    ['rtsp://u:a@b@c@10.0.0.5/x', 'u:a%40b%40c', '10.0.0.5', '/x'],
    ['rtsp://u:12/34@10.0.0.5/x', 'u:12%2F34', '10.0.0.5', '/x'],
    ['rtsp://u:a?b@host/x', 'u:a%3Fb', 'host', '/x'],
    ['rtsp://u:a#b@host/x', 'u:a%23b', 'host', '/x'],
    ['rtsp://u:a b@host/x', 'u:a%20b', 'host', '/x'],
    ['rtsp://u:a:b:c@host/x', 'u:a%3Ab%3Ac', 'host', '/x'],
    ["rtsp://u:it's(!*)@host/x", 'u:it%27s%28%21%2A%29', 'host', '/x'],
    ['rtsp://u:ü@host/x', 'u:%C3%BC', 'host', '/x'],
    ['rtsp://first.last:pw@h', 'first.last:pw', 'h', ''],
    ['rtsp://:only@host/x', ':only', 'host', '/x'],
    ['rtsp://u:@host/x', 'u:', 'host', '/x'],
    // Percent signs
    ['rtsp://u:100%@host/x', 'u:100%25', 'host', '/x'],
    ['rtsp://u:p%40ss@host/x', 'u:p%40ss', 'host', '/x'],
    ['rtsp://u:%zz%40@host/x', 'u:%25zz%40', 'host', '/x'],
    ['rtsp://u:%e9@host/x', 'u:%e9', 'host', '/x'],
    // An @ that is no end of credentials
    ['rtsp://u:p@10.0.0.5/live@home', 'u:p', '10.0.0.5', '/live@home'],
    ['rtsp://u:p@cam.local/live/a@10.0.0.9/x', 'u:p', 'cam.local', '/live/a@10.0.0.9/x'],
    ['rtsp://host/live@home/x', null, 'host', '/live@home/x'],
    ['rtsp://u:p@host/x?mail=a@b.com', 'u:p', 'host', '/x?mail=a@b.com'],
    ['rtsp://u:p@host/stream@1', 'u:p', 'host', '/stream@1'],
  ])('splits %s', (url, credentials, host, path) => {
    const { kind, input, name } = parseAddress(url);
    expect(name).toBe(host);
    expect(input).toBe(`${kind}://${credentials === null ? '' : `${credentials}@`}${host}${path}`);
  });

  it('lists the secrets as written, decoded and encoded', () => {
    expect(parseAddress('rtsp://user:p%40s/s@host/x').secrets).toEqual([
      'p%40s/s',
      'p@s/s',
      'p%40s%2Fs',
      'user',
      'user:p%40s%2Fs',
    ]);
  });

  it('accepts a device and a test picture', () => {
    expect(parseAddress('device:/dev/video0')).toMatchObject({ kind: 'device', input: '/dev/video0' });
    expect(parseAddress('test:')).toMatchObject({ kind: 'test', input: '1280x720' });
    expect(parseAddress('test:64x48')).toMatchObject({ kind: 'test', input: '64x48' });
  });

  it.each([
    ['rtsp://', 'has no host'],
    ['rtsp:///x', 'has no host'],
    ['rtsp:host/x', 'begins with rtsp://'],
    ['rtsp://u:secret@/x', 'has no host'],
    ['rtsp://u:secret@host:99999/x', 'host or port'],
    ['rtsp://ho st/x', 'host or port'],
    ['rtsp://host/x\nfile /etc/passwd', 'line break'],
    ['ftp://u:secret@host/x', 'ftp: is not a kind of live source'],
    ['/dev/video0', 'without a scheme'],
    ['device:video0', 'such as device:/dev/video0'],
    ['device://host/x', 'such as device:/dev/video0'],
    ['test:8x8', 'test:WIDTHxHEIGHT'],
    ['test:640x480,negate', 'test:WIDTHxHEIGHT'],
  ])('refuses %j without quoting it', (url, sentence) => {
    expect(() => parseAddress(url)).toThrow(expect.objectContaining({ code: 'camera.address' }));
    expect(() => parseAddress(url)).toThrow(sentence);
    expect(() => parseAddress(url)).not.toThrow('secret');
  });
});

describe('scrubber', () => {
  it.each([
    'pass',
    'p@ss/w:rd',
    '#?&=%zz',
    'a b c',
    "it's",
    'пароль',
    '$&$1',
    'x.*+y',
    'p%40ss',
    '100%',
    '[a](b)',
    '^"`\\',
  ])('removes the password %s from the messages of ffmpeg', (password) => {
    const address = parseAddress(`rtsp://first.last:${password}@host:554/x?token=t0ken`);
    const scrub = scrubber(address);
    const encoded = address.input.split(':')[2].split('@')[0];
    const raw = scrub(`concat: Impossible to open '${address.input}'`);
    expect(raw).toBe("concat: Impossible to open 'rtsp://host:554'");
    for (const form of [password, encoded, decodeURIComponent(encoded)]) {
      expect(scrub(`[rtsp] user first.last with ${form} failed`)).toBe('[rtsp] user *** with *** failed');
      expect(scrub(`open rtsp://u:${encodeURIComponent(form)}@host/x?y=1 now`)).toBe('open rtsp://host now');
    }
  });

  it.each(['method DESCRIBE failed: 500', '[http @ 0x5] HTTP error 500'])(
    'puts the standard words in place of what a server says after "%s"',
    (status) => {
      const scrub = scrubber(parseAddress('rtsp://user:p4ssword@host/live/Zk9canarypath?sig=k3y'));
      expect(scrub(`${status} echo Basic ${btoa('user:p4ssword')} p4ssword?`)).toBe(
        `${status} Internal Server Error`,
      );
      expect(scrub(`${status.replace('500', '499')} nonsense`)).toBe(status.replace('500', '499'));
    },
  );

  it('masks the tokens of path and query wherever they occur', () => {
    const scrub = scrubber(parseAddress('http://host/live/Zk9canarypath?sig=s1gn'));
    expect(scrub('no stream Zk9canarypath here, s1gn')).toBe('no stream *** here, ***');
  });

  it('leaves text unchanged when secrets are short', () => {
    const scrub = scrubber(parseAddress('rtsp://a:b@host/x'));
    expect(scrub('a bad day at tcp://host:554?timeout=5')).toBe('a bad day at tcp://host:554');
  });
});
