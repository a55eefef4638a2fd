import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLines, lineMatching } from '../helpers/cli.js';
import { sparse } from '../helpers/ffmpeg.js';
import { NewUser } from '../helpers/newUser.js';
import { demoClip, hopper } from '../helpers/paths.js';
import { needRtsp, startRtsp } from '../helpers/rtsp.js';

/** Each test is a step, in the order of the file, and builds on those before it. */
describe('a new user', () => {
  let theUser: Promise<NewUser> | undefined;
  afterAll(async () => (await theUser)?.remove());

  /** The same user in every step: with the package, or, where no registry has what it needs, with a checkout. */
  function newUser(): Promise<NewUser> {
    theUser ??= NewUser.withPackage().then((user) => user ?? NewUser.withCheckout());
    return theUser;
  }

  it('has it, without what its packages would download', async (context) => {
    const user = await newUser();
    expect(await user.spotter(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
    if (!user.hasPackage) context.skip('needs a registry of npm packages, and npm ping finds none');
    const providers = user.inPackage('node_modules/onnxruntime-node/bin/napi-v6/linux/x64');
    if (existsSync(providers)) expect(readdirSync(providers).join(' ')).not.toContain('cuda');
  });

  it('makes a home, and is told the next steps', async () => {
    const user = await newUser();
    const { code, stdout } = await user.spotter(['init', 'faces']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ run --dir faces$/m);
    expect(readdirSync(path.join(user.home, 'faces')).sort()).toEqual([
      '.gitignore',
      'config.yaml',
      'data',
      'gallery',
    ]);
    expect(await user.spotter(['config', 'check'], 'faces/gallery')).toMatchObject({ code: 0 });
  });

  it('adds photos, by a command or by hand', async () => {
    const user = await newUser();
    copyFileSync(hopper, path.join(user.home, 'me.jpg'));
    expect(await user.spotter(['gallery', 'add', 'grace', '../me.jpg'], 'faces')).toMatchObject({ code: 0 });
    // A copy of one's own face under another name is found by those who look.
    mkdirSync(path.join(user.home, 'faces/gallery/amazing'));
    copyFileSync(hopper, path.join(user.home, 'faces/gallery/amazing/same.jpg'));
    expect((await user.spotter(['gallery', 'check'], 'faces')).stdout).toContain('same_file');
    expect(await user.spotter(['--dir', 'faces', 'gallery', 'remove', 'amazing'])).toMatchObject({ code: 0 });
  });

  it('scans a recording and reads the first name', async () => {
    const user = await newUser();
    const { code, stdout } = await user.spotter(['scan', sparse(demoClip, 25)], 'faces/data');
    expect(code).toBe(0);
    expect(jsonLines(stdout).find(({ kind }) => kind === 'match')).toMatchObject({ person: 'grace' });
  });

  it('adds a camera, watches it and makes a backup meanwhile', async (context) => {
    needRtsp(context);
    const user = await newUser();
    const { port } = await startRtsp({ clip: demoClip });
    const address = `rtsp://127.0.0.1:${port}/cam`;
    const { code, stdout } = await user.spotter(['camera', 'add', address, '--id', 'door'], 'faces');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('1280x720') });
    const doctor = await user.spotter(['doctor', '--json', '--dir', 'faces']);
    const { findings } = JSON.parse(doctor.stdout) as { findings: { state: string }[] };
    expect(findings.filter(({ state }) => state === 'fault')).toEqual([]);
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'camera', subject: 'door', state: 'ok' }),
    );
    // Watches it; the first name comes live.
    const daemon = user.start(['run', '--events', 'json', '--port', '0'], 'faces');
    const name = await lineMatching(daemon, 'stdout', /"kind":"match"/);
    expect(JSON.parse(name)).toMatchObject({ camera: 'door', person: 'grace' });
    expect(await user.spotter(['backup', 'copy.tar.gz'], 'faces')).toMatchObject({ code: 0 });
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
  });

  it('restores the backup in another place', async (context) => {
    needRtsp(context);
    const user = await newUser();
    expect(await user.spotter(['restore', 'faces/copy.tar.gz', '--to', 'elsewhere'])).toMatchObject({
      code: 0,
    });
    const people = await user.spotter(['gallery', 'list', '--json', '--dir', 'elsewhere']);
    expect(JSON.parse(people.stdout).people).toMatchObject([{ person: 'grace', used: 1 }]);
    expect((await user.spotter(['camera', 'list', '--dir', 'elsewhere'])).stdout).toContain('door');
  });

  it('leaves nothing outside of the home when it uninstalls', async () => {
    const user = await newUser();
    await user.uninstall();
    expect(
      user.filesOutside(...['faces', 'elsewhere'].map((folder) => path.join(user.home, folder))),
    ).toEqual(['home/me.jpg']);
  });
});
