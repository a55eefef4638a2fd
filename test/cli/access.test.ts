import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { AccessFile } from '../../src/auth/accessFile.js';
import { Passwords } from '../../src/auth/passwords.js';
import { create, list as listTokens, revoke } from '../../src/cli/accessTokens.js';
import { add, list, password, remove } from '../../src/cli/userAccounts.js';
import { finish, start } from '../helpers/cli.js';
import { printedBy } from '../helpers/printed.js';
import { temporaryFolder } from '../helpers/temporary.js';

const context = { signal: new AbortController().signal, outliveOutput: () => {}, report: () => {} };

function home(): string {
  const folder = temporaryFolder();
  const cameras = ['door', 'yard'].map((id) => ({ id, url: `rtsp://u:\${NOT_SET}@127.0.0.1/${id}` }));
  writeFileSync(path.join(folder, 'config.yaml'), JSON.stringify({ cameras }));
  return folder;
}

describe('spotter user', () => {
  it('adds, lists and removes users, without any secret of the configuration', async () => {
    const dir = home();
    const added = await printedBy(() =>
      add(context, 'anna', { dir, role: 'viewer', cameras: ['door'], withoutPassword: true }),
    );
    expect(added.stdout).toBe('added anna, viewer, door\n');
    expect(added.stderr).toContain('from now on everybody has to sign in');
    const listed = await printedBy(() => list(context, { dir, json: true }));
    expect(JSON.parse(listed.stdout)).toMatchObject({
      users: [{ name: 'anna', role: 'viewer', cameras: ['door'], hasPassword: false }],
    });
    await expect(add(context, 'ANNA', { dir, role: 'admin', withoutPassword: true })).rejects.toThrow(
      /there is a user ANNA already/,
    );
    const removed = await printedBy(() => remove(context, 'Anna', { dir }));
    expect([removed.code, removed.stderr]).toEqual([0, expect.stringContaining('no user is left')]);
    expect((await printedBy(() => remove(context, 'Anna', { dir }))).code).toBe(1);
    expect((await printedBy(() => list(context, { dir }))).stdout).toMatch(/^no users/);
  });

  it('names the nearest camera for one that is not configured, and writes nothing', async () => {
    const dir = home();
    await expect(
      add(context, 'anna', { dir, role: 'viewer', cameras: ['doro'], withoutPassword: true }),
    ).rejects.toThrow('no camera "doro" is configured; did you mean "door"?');
    expect(readdirSync(dir)).toEqual(['config.yaml']);
  });

  it('asks nobody for a password where there is no terminal', async () => {
    const dir = home();
    await expect(add(context, 'anna', { dir, role: 'viewer' })).rejects.toThrow(/--password-stdin/);
    expect((await printedBy(() => password(context, 'anna', { dir }))).code).toBe(1);
  });

  it('takes a password from stdin, and refuses one that is too short', async () => {
    const dir = home();
    const run = async (args: string[], input: string) => {
      const child = start(['user', ...args, '--dir', dir, '--password-stdin'], { stdio: 'pipe' });
      child.stdin?.end(input);
      return finish(child);
    };
    expect(await run(['add', 'anna'], 'short\n')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the password has 5 characters; use 8 or more'),
    });
    expect(await run(['add', 'anna'], 'correct horse\n')).toMatchObject({ code: 0 });
    expect(await run(['password', 'anna'], 'battery staple\n')).toMatchObject({ code: 0 });
    const file = new AccessFile(path.join(dir, 'data'));
    await file.start();
    const phc = file.use(({ users }) => users.find('anna')?.password ?? null);
    await file.stop();
    expect(await new Passwords().verify('battery staple', phc)).toBe(true);
  });
});

describe('spotter token', () => {
  it('creates, lists and revokes tokens, and shows each once', async () => {
    const dir = home();
    const made = await printedBy(() =>
      create(context, 'home-assistant', { dir, scopes: ['events:read'], cameras: ['yard'] }),
    );
    expect(made.stdout).toMatch(/^spotter_[\w-]{43}\n$/);
    const listed = await printedBy(() => listTokens(context, { dir }));
    expect(listed.stdout).toBe('home-assistant  events:read  yard  never used\n');
    expect((await printedBy(() => revoke(context, 'home-assistant', { dir }))).code).toBe(0);
    expect((await printedBy(() => revoke(context, 'home-assistant', { dir }))).code).toBe(1);
  });
});
