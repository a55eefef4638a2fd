import { describe, expect, it, onTestFinished } from 'vitest';
import { AccessFile } from '../../src/auth/accessFile.js';
import type { Config } from '../../src/config/schema.js';
import { ANYBODY, NOBODY, READER } from '../../src/core/access.js';
import { Gate } from '../../src/supervisor/gate.js';
import { configWith } from '../helpers/engine.js';
import { recordedLog } from '../helpers/logger.js';
import { temporaryFolder } from '../helpers/temporary.js';

type Change = (config: Pick<Config, 'auth' | 'http'>) => void;

async function started(change: Change, prepare: (file: AccessFile) => void = () => {}) {
  const { config } = configWith(change);
  const { logger, messages } = recordedLog();
  const file = new AccessFile(temporaryFolder());
  await file.start();
  prepare(file);
  await file.stop();
  const gate = new Gate({ file, config: () => config, controlToken: 'x', logger });
  onTestFinished(() => gate.stop());
  await gate.start();
  const from = (remoteAddress: string, headers = {}) =>
    gate.identify({ remoteAddress, headers, sent: [], isActing: false, isEncrypted: false });
  const signIn = (headers: Record<string, string>) =>
    gate.sessions.signIn('anna', 'x', {
      remoteAddress: '127.0.0.1',
      headers,
      sent: [],
      isActing: true,
      isEncrypted: false,
    });
  return { from, signIn, messages };
}

const addAnna = (file: AccessFile) =>
  file.use(({ users }) => users.add({ name: 'anna', role: 'admin', cameras: null, password: null }, 0));
const addToken = (file: AccessFile) =>
  void file.use(({ tokens }) => tokens.create({ name: 'ha', scopes: [], cameras: null }, 0));
const listening =
  (host: string): Change =>
  ({ http }) => {
    http.host = host;
  };
const everywhere = listening('0.0.0.0');
const withProxy: Change = ({ auth }) => {
  auth.proxy.addresses = ['127.0.0.1'];
};
const always: Change = ({ auth }) => {
  auth.required = 'always';
};

describe('Gate', () => {
  it('asks nobody on this machine before there is a user', async () => {
    expect((await started(() => {})).from('127.0.0.1')).toBe(ANYBODY);
    expect((await started(() => {}, addToken)).from('127.0.0.1')).toBe(ANYBODY);
    expect((await started(() => {}, addAnna)).from('127.0.0.1')).toBe(NOBODY);
  });

  it.each([
    [
      'another address',
      everywhere,
      /^nobody may sign in yet, and 0\.0\.0\.0 can be reached by others; add a user with "spotter user add NAME/,
    ],
    ['the name of an address', listening('spotter.lan'), /the address spotter\.lan can be reached/],
    ['a proxy', withProxy, /auth\.proxy opens spotter to others/],
    ['auth.required', always, /auth\.required is always/],
  ] satisfies [string, Change, RegExp][])(
    'refuses to start with %s before anybody may sign in',
    async (_what, change, sentence) => {
      await expect(started(change)).rejects.toThrow(sentence);
    },
  );

  it('starts on another address with a user, a token or a proxy that signs users in, and asks everybody', async () => {
    for (const prepare of [addAnna, addToken]) {
      const { from } = await started(everywhere, prepare);
      expect([from('127.0.0.1'), from('192.0.2.1')]).toEqual([NOBODY, NOBODY]);
    }
    const { from } = await started((config) => {
      everywhere(config);
      config.auth.proxy = { ...config.auth.proxy, addresses: ['192.0.2.1'], userHeader: 'remote-user' };
    });
    expect(from('192.0.2.1', { 'remote-user': 'ben' })).toMatchObject({ name: 'ben', role: 'viewer' });
    expect(from('192.0.2.2', { 'remote-user': 'ben' })).toBe(NOBODY);
  });

  it('lets a trusted network look before there is a user, says so, and asks it afterwards', async () => {
    const trusted: Change = (config) => {
      everywhere(config);
      config.auth.trustNetwork = true;
    };
    const { from, messages } = await started(trusted);
    expect([from('127.0.0.1'), from('192.0.2.1')]).toEqual([ANYBODY, READER]);
    expect(messages).toEqual([
      expect.stringMatching(/^nobody has to sign in, and whoever reaches 0\.0\.0\.0/),
    ]);
    expect((await started(trusted, addAnna)).from('192.0.2.1')).toBe(NOBODY);
  });

  it('lets whom a named proxy asks for only look in a trusted network, also from this machine', async () => {
    const { from } = await started((config) => {
      withProxy(config);
      config.auth.trustNetwork = true;
    });
    expect(from('127.0.0.1', { 'x-forwarded-for': '192.0.2.1' })).toBe(READER);
    expect(from('127.0.0.1', { 'x-forwarded-for': '127.0.0.1' })).toBe(READER);
    expect(from('127.0.0.1')).toBe(READER);
    expect(from('::1')).toBe(ANYBODY);
    expect(from('127.0.0.1', { authorization: 'Bearer x' })).toBe(ANYBODY);
  });

  it('takes other headers for nothing of a proxy', async () => {
    const { from } = await started(() => {});
    const headers = { forward: 'x', 'x-forward': 'x', viaduct: 'x', dnt: '1', 'x-requested-with': 'x' };
    expect(from('127.0.0.1', headers)).toBe(ANYBODY);
  });

  it.each(['x-forwarded-for', 'x-forwarded-proto', 'forwarded', 'via', 'x-real-ip', 'cf-connecting-ip'])(
    'does not take whom an unnamed proxy on this machine asks for (%s) for this machine',
    async (header) => {
      const asked = { [header]: 'for=192.0.2.1' };
      const refused = {
        status: 403,
        error: expect.stringMatching(new RegExp(`header ${header},.*auth\\.proxy\\.addresses`)),
      };
      expect((await started(() => {})).from('127.0.0.1', asked)).toMatchObject(refused);
      expect(await (await started(() => {})).signIn(asked)).toMatchObject(refused);
      const cookie = { ...asked, cookie: 'spotter_session=x' };
      expect((await started(() => {})).from('127.0.0.1', cookie)).toMatchObject(refused);
      expect((await started(() => {}, addAnna)).from('127.0.0.1', asked)).toBe(NOBODY);
      const own = { ...asked, authorization: 'Bearer x' };
      expect((await started(() => {})).from('127.0.0.1', own)).toBe(ANYBODY);
      const trusting: Change = ({ auth }) => {
        auth.trustNetwork = true;
      };
      expect((await started(trusting)).from('127.0.0.1', asked)).toBe(READER);
      const open: Change = ({ auth }) => {
        auth.required = 'never';
      };
      expect((await started(open)).from('127.0.0.1', asked)).toBe(ANYBODY);
    },
  );

  it('asks nobody where auth.required is never, even with users', async () => {
    const never: Change = (config) => {
      everywhere(config);
      config.auth.required = 'never';
    };
    expect((await started(never, addAnna)).from('192.0.2.1')).toBe(ANYBODY);
  });
});
