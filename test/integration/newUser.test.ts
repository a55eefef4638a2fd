import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { jsonLines } from '../helpers/cli.js';
import { NewUser } from '../helpers/newUser.js';
import { demoClip, hopper } from '../helpers/paths.js';

let theUser: Promise<NewUser | null> | undefined;
afterAll(async () => (await theUser)?.remove());

/** The same user in every test of this file, with spotter installed from its package. */
async function newUser(context: TestContext): Promise<NewUser> {
  theUser ??= NewUser.create();
  return (await theUser) ?? context.skip('needs a registry of npm packages, and npm ping finds none');
}

/** Each test is a step, in the order of the file, and builds on those before it. */
describe('a new user with the package of spotter', () => {
  it('installs it, without what its packages would download', async (context) => {
    const user = await newUser(context);
    expect(await user.spotter(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
    const providers = user.inPackage('node_modules/onnxruntime-node/bin/napi-v6/linux/x64');
    if (existsSync(providers)) expect(readdirSync(providers).join(' ')).not.toContain('cuda');
  });

  it('makes a home, and is told the next steps by the name of the installed program', async (context) => {
    const user = await newUser(context);
    const { code, stdout } = await user.spotter(['init', 'faces']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +spotter run --dir faces$/m);
    expect(readdirSync(path.join(user.home, 'faces')).sort()).toEqual([
      '.gitignore',
      'config.yaml',
      'data',
      'gallery',
    ]);
    expect(await user.spotter(['config', 'check'], 'faces/gallery')).toMatchObject({ code: 0 });
    const again = await user.spotter(['init', 'faces']);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing was changed') });
  });

  it('adds photos, by a command or by hand', async (context) => {
    const user = await newUser(context);
    copyFileSync(hopper, path.join(user.home, 'me.jpg'));
    expect(await user.spotter(['gallery', 'add', 'grace', '../me.jpg'], 'faces')).toMatchObject({ code: 0 });
    mkdirSync(path.join(user.home, 'faces/gallery/amazing'));
    copyFileSync(hopper, path.join(user.home, 'faces/gallery/amazing/same.jpg'));
    expect((await user.spotter(['gallery', 'check'], 'faces')).stdout).toContain('same_file');
    expect(await user.spotter(['--dir', 'faces', 'gallery', 'remove', 'amazing'])).toMatchObject({ code: 0 });
  });

  it('scans a recording and reads the first name', async (context) => {
    const user = await newUser(context);
    const { code, stdout } = await user.spotter(['scan', demoClip, '--every', '25'], 'faces/data');
    expect(code).toBe(0);
    expect(jsonLines(stdout).find(({ kind }) => kind === 'match')).toMatchObject({ person: 'grace' });
  });

  it('leaves nothing outside of the home when it uninstalls', async (context) => {
    const user = await newUser(context);
    await user.uninstall();
    expect(user.filesOutside(path.join(user.home, 'faces'))).toEqual(['home/me.jpg']);
  });
});
