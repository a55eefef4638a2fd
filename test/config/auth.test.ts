import { describe, expect, it } from 'vitest';
import { load, refusal } from '../helpers/config.js';

describe('auth', () => {
  it('asks for a sign-in from the first user on, and trusts no proxy, by default', () => {
    expect(load('').config.auth).toMatchObject({
      ...{ required: 'auto', trustNetwork: false, sessions: { idleHours: 168, maxDays: 30 } },
      proxy: { addresses: [], userHeader: null, groupsHeader: null, defaultRole: 'viewer' },
    });
  });

  it('takes addresses, networks and headers in any case', () => {
    const { proxy } = load(
      'auth: { proxy: { addresses: [127.0.0.1, 172.18.0.0/16, "fd00::/8"], userHeader: Remote-User } }',
    ).config.auth;
    expect(proxy).toMatchObject({ addresses: ['127.0.0.1', '172.18.0.0/16', 'fd00::/8'] });
    expect(proxy.userHeader).toBe('remote-user');
  });

  it.each([
    ['auth: { required: maybe }', 'auth.required: must be one of auto, always, never'],
    [
      'auth: { proxy: { addresses: [127.0.0.300] } }',
      'must be an IP address or a network such as 172.18.0.0/16',
    ],
    ['auth: { proxy: { addresses: [10.0.0.0/40] } }', 'must be an IP address or a network'],
    ['auth: { proxy: { addresses: [10.0.0.0/8/8] } }', 'must be an IP address or a network'],
    ['auth: { proxy: { addresses: [proxy.lan] } }', 'must be an IP address or a network'],
    ['auth: { proxy: { userHeader: Remote-User } }', 'must name the proxy that sends userHeader'],
    ['auth: { proxy: { userHeader: "Remote User" } }', 'must be the name of a header'],
    ['auth: { proxy: { defaultRole: root } }', 'must be one of viewer, operator, admin'],
    ['auth: { sessions: { maxDays: 0 } }', 'auth.sessions.maxDays: must be at least 0.01'],
    ['auth: { password: x }', 'auth.password: unknown key'],
    [
      'http: { tls: { certificate: a.pem } }',
      'http.tls.certificate: needs its private key; set http.tls.key, too',
    ],
    ['http: { tls: { key: a.pem } }', 'http.tls.key: needs its certificate'],
    [
      'http: { tls: { certificate: a.pem, key: a.pem } }',
      'the file "a.pem" does not exist or cannot be read',
    ],
  ])('refuses %s', (text, sentence) => {
    expect(refusal(text)).toContain(sentence);
  });
});
