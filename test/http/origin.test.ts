import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isAllowedOrigin, isOurHost } from '../../src/http/origin.js';

const MACHINE = hostname().toLowerCase();

describe('isOurHost', () => {
  it.each([
    ['127.0.0.1:8480', '127.0.0.1', true],
    ['localhost', '127.0.0.1', true],
    ['192.168.1.5:8480', '127.0.0.1', false],
    ['spotter', '127.0.0.1', false],
    [undefined, '127.0.0.1', false],
    ['192.168.1.5:8480', '0.0.0.0', true],
    ['[fd00::1]:8480', '::', true],
    ['spotter:8480', '0.0.0.0', true],
    [`${MACHINE}.local`, '0.0.0.0', true],
    ['LOCALHOST:8480', '0.0.0.0', true],
    ['evil.example:8480', '0.0.0.0', false],
    [`${MACHINE}.evil.example`, '0.0.0.0', false],
    ['192.168.1.5.evil.example', '0.0.0.0', false],
    ['a b', '0.0.0.0', false],
    [undefined, '0.0.0.0', true],
    ['nvr.example.org', 'nvr.example.org', true],
  ])('of %s, listening on %s: %s', (header, listening, expected) => {
    expect(isOurHost(header, listening)).toBe(expected);
  });

  it.each(['127.0.0.1', '0.0.0.0'])('accepts a configured name, listening on %s', (listening) => {
    expect(isOurHost('Cam.Example.Org:443', listening, ['cam.example.org'])).toBe(true);
    expect(isOurHost('other.example.org', listening, ['cam.example.org'])).toBe(false);
  });
});

describe('isAllowedOrigin', () => {
  const EXTENSION = 'chrome-extension://abcdefgh';

  it.each(['null', 'file://', 'file:///home/x.html', 'data:text/html,x', 'about:blank', 'no origin'])(
    'refuses an opaque origin, whatever is configured: %s',
    (origin) => {
      expect(isAllowedOrigin(origin, '127.0.0.1', [EXTENSION, 'file:///x', 'data:x'])).toBe(false);
    },
  );

  it('tells extensions apart', () => {
    expect(isAllowedOrigin(EXTENSION, '127.0.0.1', [EXTENSION])).toBe(true);
    expect(isAllowedOrigin('chrome-extension://other', '127.0.0.1', [EXTENSION])).toBe(false);
    expect(isAllowedOrigin('moz-extension://localhost', '127.0.0.1', [EXTENSION])).toBe(false);
  });

  it('accepts pages of this machine and this server, and clients that are no browsers', () => {
    expect(isAllowedOrigin('http://localhost:3000', '192.168.1.5:8480', [])).toBe(true);
    expect(isAllowedOrigin('http://192.168.1.5:8480', '192.168.1.5:8480', [])).toBe(true);
    expect(isAllowedOrigin('http://192.168.1.6:8480', '192.168.1.5:8480', [])).toBe(false);
    expect(isAllowedOrigin(undefined, '192.168.1.5:8480', [])).toBe(true);
  });
});
