import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Asked, doors, PASSWORD } from '../helpers/doors.js';

const OTHER_INSTALLATION = `spotter_${'A'.repeat(43)}`;
const EVENTS = '/api/v1/events';

/** The first line that a server answers to raw bytes. */
async function rawAnswer(origin: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.end(bytes);
  return (await text(socket)).split('\r\n', 1)[0];
}

describe('doors under abuse: what is shown', () => {
  it.each([
    ['a token of another installation', { authorization: `Bearer ${OTHER_INSTALLATION}` }],
    ['no token behind Bearer', { authorization: 'Bearer' }],
    ['a token in small letters', { authorization: `bearer ${OTHER_INSTALLATION.toLowerCase()}` }],
    ['null', { authorization: 'Bearer null' }],
    ['a wildcard', { authorization: 'Bearer %' }],
    ['SQL', { authorization: "Bearer spotter_' OR 1=1 --" }],
    ['a user and a password', { authorization: `Basic ${btoa(`anna:${PASSWORD}`)}` }],
    ['two tokens', { authorization: ['Bearer wrong', `Bearer ${OTHER_INSTALLATION}`] }],
    ['a session that there is not', { cookie: `spotter_session=${'A'.repeat(43)}` }],
    ['an empty session', { cookie: 'spotter_session=' }],
    ['SQL as a session', { cookie: "spotter_session=' OR 1=1 --" }],
    ['a session under the name for TLS', { cookie: `__Host-spotter_session=${'A'.repeat(43)}` }],
    ['a user in a header', { 'remote-user': 'anna', 'x-forwarded-user': 'anna' }],
    ['an address of this machine in a header', { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' }],
  ] satisfies [string, Asked['headers']][])('refuse %s', async (_what, headers) => {
    const { ask } = await doors();
    const answer = await ask(EVENTS, { headers });
    expect([answer.status, answer.body.includes('"events"')]).toEqual([401, false]);
    expect((await ask('/healthz')).status).toBe(200);
  });

  it.each(['token', 'access_token', 'authorization', 'key', 'session', 'spotter_session'])(
    'look at no %s in an address',
    async (name) => {
      const { ask, tokenOf } = await doors();
      const secret = tokenOf(['events:read']).authorization.slice('Bearer '.length);
      const answer = await ask(`${EVENTS}?${name}=${secret}`);
      expect([answer.status, answer.body.includes(secret)]).toEqual([401, false]);
    },
  );

  it('take no session for a token, and no token for a session', async () => {
    const { ask, cookieOf, tokenOf } = await doors();
    const id = (await cookieOf('anna')).split('=')[1];
    expect((await ask(EVENTS, { headers: { authorization: `Bearer ${id}` } })).status).toBe(401);
    const token = tokenOf(['events:read']).authorization.slice('Bearer '.length);
    expect((await ask(EVENTS, { headers: { cookie: `spotter_session=${token}` } })).status).toBe(401);
  });

  it('take two cookies of the name for none: one of them was planted', async () => {
    const { ask, cookieOf } = await doors();
    const cookie = `spotter_session=${'A'.repeat(43)}; ${await cookieOf('anna')}`;
    expect((await ask(EVENTS, { headers: { cookie } })).status).toBe(401);
  });

  it('take no token that is revoked, at once', async () => {
    const { ask, tokenOf, file } = await doors();
    const headers = tokenOf(['events:read'], null, 'ha');
    expect((await ask(EVENTS, { headers })).status).toBe(200);
    file.use(({ tokens }) => tokens.revoke('ha'));
    expect((await ask(EVENTS, { headers })).status).toBe(401);
  });

  it('take no session that has ended by itself, by hand, with the password or with the user', async () => {
    const { ask, cookieOf, file, origin } = await doors((auth) => {
      auth.sessions.idleHours = 1;
    });
    const get = async (cookie: string) => (await ask(EVENTS, { headers: { cookie } })).status;
    const sessions = await Promise.all([1, 2, 3].map(() => cookieOf('vera')));
    expect(await Promise.all(sessions.map(get))).toEqual([200, 200, 200]);
    await ask('/api/v1/session', { method: 'DELETE', headers: { cookie: sessions[0], origin } });
    expect(await Promise.all(sessions.map(get))).toEqual([401, 200, 200]);
    file.use(({ users }) => users.setPassword('vera', 'x'));
    expect(await Promise.all(sessions.map(get))).toEqual([401, 401, 401]);
    const otto = await cookieOf('otto');
    file.use(({ users }) => users.remove('otto'));
    expect(await get(otto)).toBe(401);
    const anna = await cookieOf('anna');
    const inAnHour = Date.now() + 3_600_000;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(inAnHour);
    onTestFinished(() => clock.mockRestore());
    expect(await get(anna)).toBe(401);
  });
});

describe('doors under abuse: pages of others', () => {
  it.each([
    ['https://evil.example', 403],
    ['null', 403],
    ['file://', 403],
    ['http://localhost:3000', 403],
    ['http://127.0.0.1', 403],
    ['OWN.evil.example', 403],
    ['OWN, https://evil.example', 403],
    ['OWN', 200],
  ])('with the cookie from %s get %i, to read and to change', async (page, status) => {
    const { ask, cookieOf, origin, acted } = await doors();
    const headers = { cookie: await cookieOf('anna'), origin: page.replace('OWN', origin) };
    const read = await ask(EVENTS, { headers });
    expect(read.status).toBe(status);
    expect(read.headers['access-control-allow-credentials']).toBeUndefined();
    expect((await ask('/api/v1/log/copy', { method: 'POST', headers })).status).toBe(status);
    expect(acted).toHaveLength(status === 200 ? 1 : 0);
  });

  it.each(['POST', 'DELETE', 'PUT', 'PATCH'])(
    'change nothing with %s and a cookie without an origin',
    async (method) => {
      const { ask, cookieOf, acted } = await doors();
      const headers = { cookie: await cookieOf('anna'), 'x-http-method-override': 'POST' };
      for (const path of ['/api/v1/dead-letters/1', '/api/v1/log/copy', '/api/v1/people/alice/forget'])
        expect((await ask(path, { method, headers })).status).toBeGreaterThanOrEqual(403);
      expect((await ask('/api/v1/log/copy', { headers })).status).toBe(404);
      expect(acted).toEqual([]);
    },
  );

  it('sign nobody in and nobody out', async () => {
    const { ask, signIn, cookieOf, hashes } = await doors();
    const before = hashes();
    for (const origin of ['https://evil.example', 'http://localhost:3000'])
      expect((await signIn('anna', PASSWORD, { origin })).status).toBe(403);
    const simple = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"name":"anna"}' };
    expect((await ask('/api/v1/session', simple)).status).toBe(415);
    expect(hashes()).toBe(before);
    const cookie = await cookieOf('anna');
    for (const origin of ['http://localhost:3000', undefined]) {
      const headers = { cookie, ...(origin && { origin }) };
      expect((await ask('/api/v1/session', { method: 'DELETE', headers })).status).toBe(403);
    }
    expect((await ask(EVENTS, { headers: { cookie } })).status).toBe(200);
  });

  it('reach nothing under a name of their own that leads here', async () => {
    const { ask, cookieOf } = await doors();
    const headers = { cookie: await cookieOf('anna'), host: 'evil.example' };
    expect((await ask(EVENTS, { headers })).status).toBe(403);
  });
});

describe('doors under abuse: ways around them', () => {
  it.each([
    '//api/v1/events',
    '/api/v1/events/',
    '/api/v1//events',
    '/api/v1/../v1/events',
    '/healthz/../api/v1/events',
    '/healthz/..%2fapi/v1/events',
    '/%61pi/v1/events',
    '/API/V1/EVENTS',
    '/api/v1/events;.css',
    '/api/v1/events%00.css',
    '/api/v1/events?.css',
    '/api/v1/openapi.json/../events',
    '/api/v1/events/1/../../events',
    '/api/v1/events/1%2fsnapshot.jpg',
    '/api/v1/events/0x1/snapshot.jpg',
    '/api/v1/events/1e0',
    '/metrics/',
    '/METRICS',
    '/data/access.db',
    '/../data/access.db',
    '/..%2f..%2fdata/access.db',
    'http://127.0.0.1/metrics',
  ])('give nothing away at %s', async (path) => {
    const { origin } = await doors();
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST']) {
      const line = await rawAnswer(
        origin,
        `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
      );
      expect([method, line]).toEqual([method, expect.stringMatching(/^HTTP\/1\.1 4\d\d /)]);
    }
  });

  it('ask whoever offers another protocol', async () => {
    const { origin } = await doors();
    const head = 'Host: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n';
    expect(await rawAnswer(origin, `GET /metrics HTTP/1.1\r\n${head}`)).toContain('401');
  });

  it.each([
    ['a megabyte', { body: JSON.stringify({ name: 'anna', password: 'x'.repeat(1 << 20) }) }, 413],
    [
      'a megabyte in 1 KB',
      { body: gzipSync('x'.repeat(1 << 20)).toString('latin1'), headers: { 'content-encoding': 'gzip' } },
      400,
    ],
    ['30,000 brackets', { body: '['.repeat(30_000) }, 400],
    ['a prototype', { body: '{"__proto__":{"name":"anna"},"name":"anna","password":"x"}' }, 400],
    ['no JSON', { body: '{"name":' }, 400],
    ['an empty body', { body: '' }, 400],
    ['lists', { body: '{"name":["anna"],"password":["x"]}' }, 400],
    ['a number', { body: '{"name":"anna","password":123456789}' }, 400],
    ['another key', { body: '{"name":"anna","password":"x","role":"admin"}' }, 400],
    ['a form', { body: 'name=anna', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
    ['no text', { body: '{"name":"\\u0000","password":"\\ud800"}' }, 401],
  ] satisfies [string, Asked, number][])('refuse %s as a sign-in', async (_what, asked, status) => {
    const { ask, hashes } = await doors();
    const before = hashes();
    const answer = await ask('/api/v1/session', { method: 'POST', ...asked });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([status, undefined]);
    expect(answer.body).not.toContain('123456789');
    expect(hashes() - before).toBe(status === 401 ? 1 : 0);
    expect((await ask('/healthz')).status).toBe(200);
  });
});
