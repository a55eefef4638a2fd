import { describe, expect, it } from 'vitest';
import { ANYBODY } from '../../src/core/access.js';
import { withoutSignIn } from '../../src/http/callers.js';

const identify = withoutSignIn('secret');
const from = (remoteAddress: string, headers = {}) => identify({ remoteAddress, headers });

describe('withoutSignIn', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])(
    'lets programs on this machine do everything: %s',
    (address) => expect(from(address)).toBe(ANYBODY),
  );

  it.each(['192.168.1.2', '::ffff:192.168.1.2', 'fe80::1', ''])(
    'lets others read only: %s',
    async (address) => {
      const caller = await from(address);
      expect('scopes' in caller && [...caller.scopes].every((scope) => scope.endsWith(':read'))).toBe(true);
      expect(from(address, { authorization: 'Bearer secret' })).toBe(ANYBODY);
    },
  );

  it('refuses a wrong token from anywhere, and ignores other kinds of sign-in', () => {
    for (const authorization of ['Bearer', 'Bearer other', 'bearer secre'])
      expect(from('127.0.0.1', { authorization })).toMatchObject({ status: 401 });
    expect(from('127.0.0.1', { authorization: 'Basic YTpi' })).toBe(ANYBODY);
  });
});
