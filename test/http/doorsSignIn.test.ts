import { describe, expect, it } from 'vitest';
import { doors, PASSWORD } from '../helpers/doors.js';

const EVENTS = '/api/v1/events';
const PROXY = '127.0.0.1';

describe('signing in', () => {
  it('sets a cookie that no script and no other page gets, and says who it is', async () => {
    const { signIn, ask } = await doors();
    const answer = await signIn('Vera');
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^spotter_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    );
    expect(JSON.parse(answer.body)).toEqual({
      signIn: 'password',
      caller: {
        ...{ name: 'vera', role: 'viewer', cameras: ['door'] },
        scopes: ['events:read', 'cameras:read', 'people:read'],
      },
    });
    const cookie = answer.headers['set-cookie']?.[0].split(';')[0] ?? '';
    expect(JSON.parse((await ask('/api/v1/session', { headers: { cookie } })).body)).toEqual(
      JSON.parse(answer.body),
    );
    expect((await ask('/api/v1/session')).body).toBe('{"signIn":"password","caller":null}');
  });

  it.each<Record<string, string>>([{}, { 'transfer-encoding': 'chunked' }])(
    'works for clients that offer HTTP/2 with each request, such as that of Java: %j',
    async (more) => {
      const { signIn } = await doors();
      const offer = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAEAAEAA' };
      const answer = await signIn('vera', PASSWORD, { ...offer, ...more });
      expect([answer.status, JSON.parse(answer.body).caller.name]).toEqual([200, 'vera']);
    },
  );

  it('answers a wrong name and a wrong password alike, at the same cost', async () => {
    const { signIn, hashes } = await doors();
    const before = hashes();
    const known = await signIn('anna', 'wrong');
    const unknown = await signIn('nobody', 'wrong');
    const odd = await signIn("' OR 1=1 --", 'wrong');
    expect(hashes() - before).toBe(3);
    expect([known.status, unknown.body, odd.body]).toEqual([401, known.body, known.body]);
    expect(Object.keys(unknown.headers)).toEqual(Object.keys(known.headers));
  });

  it('gives a new id each time, never one that the browser brought, and ends the session before', async () => {
    const { signIn, ask, cookieOf } = await doors();
    const planted = `spotter_session=${'A'.repeat(43)}`;
    const fixed = await signIn('anna', PASSWORD, { cookie: planted });
    expect(fixed.headers['set-cookie']?.[0]).not.toContain('AAAAAAAA');
    expect((await ask(EVENTS, { headers: { cookie: planted } })).status).toBe(401);
    const before = await cookieOf('anna');
    expect((await signIn('vera', PASSWORD, { cookie: before })).status).toBe(200);
    expect((await ask(EVENTS, { headers: { cookie: before } })).status).toBe(401);
  });

  it('stands forty attempts at once, refuses all beyond the limit, and goes on', async () => {
    const { signIn, hashes, ask } = await doors();
    const before = hashes();
    const answers = await Promise.all(Array.from({ length: 40 }, () => signIn('anna', 'guess')));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status !== 401 && status !== 429)).toEqual([]);
    expect(hashes() - before).toBe(10);
    const limited = await signIn('anna', PASSWORD);
    expect([limited.status, Number(limited.headers['retry-after'])]).toEqual([429, expect.closeTo(900, -2)]);
    expect((await ask('/healthz')).status).toBe(200);
    expect((await signIn('otto')).status).toBe(200);
  });

  it('limits an address, whatever it says of itself', async () => {
    const { signIn } = await doors();
    for (let count = 0; count < 30; count++)
      await signIn(`name-${count}`, 'x', { 'x-forwarded-for': `192.0.2.${count}` });
    expect((await signIn('anna', PASSWORD, { 'x-forwarded-for': '192.0.2.99' })).status).toBe(429);
  });

  it('logs failures and counts them, without a password, an unknown name or a session', async () => {
    const { signIn, lines, gate, cookieOf } = await doors();
    await signIn('anna', 'Qz7v-wrong');
    await signIn('Qz7v-typed-as-name', 'Qz7v-wrong');
    const cookie = await cookieOf('anna');
    const log = lines.map((line) => JSON.parse(line));
    expect(log).toMatchObject([
      { msg: 'sign-in refused: wrong name or password', user: 'anna', address: '127.0.0.1' },
      { msg: 'sign-in refused: wrong name or password', user: '(unknown)' },
      { msg: 'signed in', user: 'anna' },
    ]);
    expect(gate.signIns).toEqual({ accepted: 1, refused: 2, limited: 0 });
    expect(lines.join()).not.toMatch(/Qz7v|correct horse/);
    expect(lines.join()).not.toContain(cookie.split('=')[1]);
  });

  it('ends with signing out, and removes the cookie', async () => {
    const { ask, cookieOf, origin } = await doors();
    const [one, other] = [await cookieOf('anna'), await cookieOf('anna')];
    const headers = { cookie: one, origin };
    const answer = await ask('/api/v1/session', { method: 'DELETE', headers });
    expect([answer.status, answer.headers['set-cookie']?.[0]]).toEqual([
      204,
      'spotter_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    ]);
    expect((await ask(EVENTS, { headers: { cookie: one } })).status).toBe(401);
    expect((await ask(EVENTS, { headers: { cookie: other } })).status).toBe(200);
  });
});

describe('a proxy', () => {
  const behind = (addresses = [PROXY]) =>
    doors((auth) => {
      auth.proxy.addresses = addresses;
      auth.proxy.userHeader = 'remote-user';
      auth.proxy.groupsHeader = 'remote-groups';
      auth.proxy.groups = { admin: ['admins'], operator: ['family'], viewer: ['guests'] };
      auth.proxy.defaultRole = null;
    });

  it.each([
    ['vera', 'admins', 'viewer', ['door']],
    ['new@example.org', 'others,admins', 'admin', null],
    ['new', 'guests|family', 'operator', null],
  ])('names the user %s of the groups %s', async (name, groups, role, cameras) => {
    const { ask } = await behind();
    const headers = { 'remote-user': name, 'remote-groups': groups };
    const answer = await ask('/api/v1/session', { headers });
    expect(JSON.parse(answer.body)).toMatchObject({ signIn: 'proxy', caller: { name, role, cameras } });
  });

  it.each([
    ['a user without a group', { 'remote-user': 'new', 'remote-groups': 'others' }, 403],
    ['a user twice', { 'remote-user': ['new', 'anna'], 'remote-groups': 'admins' }, 400],
    ['groups twice', { 'remote-user': 'new', 'remote-groups': ['guests', 'admins'] }, 400],
    ['groups without a user', { 'remote-groups': 'admins' }, 401],
    ['an empty user', { 'remote-user': ' ', 'remote-groups': 'admins' }, 401],
    ['a user of 300 letters', { 'remote-user': 'x'.repeat(300), 'remote-groups': 'admins' }, 400],
    ['a user for a foreign page', { 'remote-user': 'anna', origin: 'http://localhost:3000' }, 403],
    ['a user and a token that is not valid', { 'remote-user': 'anna', authorization: 'Bearer x' }, 401],
  ])('is refused with %s', async (_what, headers, status) => {
    const { ask } = await behind();
    expect((await ask(EVENTS, { headers })).status).toBe(status);
  });

  it.each([[['192.0.2.1']], [['10.0.0.0/8', 'fd00::/8']]])(
    'that is not one of %j names nobody',
    async (addresses) => {
      const { ask, cookieOf } = await behind(addresses);
      const headers = { 'remote-user': 'anna', 'remote-groups': 'admins' };
      expect((await ask(EVENTS, { headers })).status).toBe(401);
      const both = { ...headers, cookie: await cookieOf('vera') };
      expect((await ask('/metrics', { headers: both })).status).toBe(403);
      expect((await ask('/api/v1/session', { headers })).body).toContain('"signIn":"password"');
    },
  );

  it('makes the cookie one for TLS, and the other one is not looked at', async () => {
    const { ask, signIn, cookieOf, origin } = await behind();
    const tls = { 'x-forwarded-proto': 'https' };
    const [cookie] = (await signIn('anna', PASSWORD, tls)).headers['set-cookie'] ?? [''];
    expect(cookie).toMatch(/^__Host-spotter_session=[\w-]{43}; .*; HttpOnly; SameSite=Strict; Secure$/);
    const plain = await cookieOf('anna');
    expect((await ask(EVENTS, { headers: { ...tls, cookie: plain } })).status).toBe(401);
    const own = { ...tls, cookie: cookie.split(';')[0] };
    expect((await ask(EVENTS, { headers: own })).status).toBe(200);
    // A page without TLS of the same name may have been changed on its way.
    expect((await ask(EVENTS, { headers: { ...own, origin } })).status).toBe(403);
    const secured = { ...own, origin: origin.replace('http:', 'https:') };
    expect((await ask(EVENTS, { headers: secured })).status).toBe(200);
  });

  it('makes no cookie for TLS where it is not trusted', async () => {
    const { signIn } = await doors();
    const answer = await signIn('anna', PASSWORD, { 'x-forwarded-proto': 'https' });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^spotter_session=/);
  });

  it('says where clients are, for the limit of failures and the log', async () => {
    const { signIn, lines } = await behind();
    for (let count = 0; count < 30; count++) await signIn(`name-${count}`, 'x', from('192.0.2.7'));
    expect((await signIn('anna', PASSWORD, from('192.0.2.7'))).status).toBe(429);
    // What a client puts before it is not looked at.
    expect((await signIn('anna', PASSWORD, from('192.0.2.8, 192.0.2.7'))).status).toBe(429);
    expect((await signIn('anna', PASSWORD, from('192.0.2.7, 192.0.2.8'))).status).toBe(200);
    expect(lines.at(-1)).toContain('"address":"192.0.2.8"');
  });

  const from = (hops: string) => ({ 'x-forwarded-for': hops });
});
