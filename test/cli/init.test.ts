import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { homeOf } from '../../src/cli/home.js';
import { init } from '../../src/cli/init.js';
import { PROVIDERS } from '../../src/compute/providers.js';
import { loadConfig } from '../../src/config/load.js';
import { writeSettings } from '../../src/config/writeSettings.js';
import { printedBy } from '../helpers/printed.js';
import { temporaryFolder } from '../helpers/temporary.js';

const context = { signal: new AbortController().signal, outliveOutput: () => {}, report: () => {} };
const initIn = (folder: string | undefined, options = {}) => printedBy(() => init(context, folder, options));

describe('init', () => {
  it('makes a home for its owner only, whose configuration is the defaults', async () => {
    const folder = path.join(temporaryFolder(), 'new/home');
    const { code, stdout } = await initIn(folder);
    expect(code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['.gitignore', 'config.yaml', 'data', 'gallery']);
    for (const name of ['', 'data', 'gallery', 'config.yaml'])
      expect(statSync(path.join(folder, name)).mode & 0o077, name).toBe(0);
    const file = path.join(folder, 'config.yaml');
    expect(homeOf({}, path.join(folder, 'gallery'), {})).toEqual({ folder, config: file });
    expect(loadConfig(file).config).toEqual(loadConfig(null, () => {}, folder).config);
    expect(readFileSync(path.join(folder, '.gitignore'), 'utf8')).toMatch(/^\/gallery\/\n\/data\/$/m);
    expect(stdout).toContain(`${folder}: made config.yaml, .gitignore, data/, gallery/\n`);
    const commands = stdout.split('\n').filter((line) => line.startsWith('     '));
    expect(commands).toEqual(
      ['gallery add .*', 'camera add .*', 'run'].map((step) =>
        expect.stringMatching(new RegExp(`spotter.* ${step} --dir \\S*new/home$`)),
      ),
    );
  });

  it('names every provider of the models, and has cpu', async () => {
    const folder = temporaryFolder();
    await initIn(folder);
    const file = path.join(folder, 'config.yaml');
    const [section] = /^(#.*\n)+compute:\n( {2}.*\n)+/m.exec(readFileSync(file, 'utf8')) ?? [''];
    for (const provider of PROVIDERS) expect(section).toMatch(new RegExp(`\\b${provider}\\b`));
    expect(writeSettings(file, [{ section: 'compute', key: 'provider', value: 'auto' }])).toMatchObject([
      { text: '  provider: auto' },
    ]);
    expect(loadConfig(file).config.compute).toEqual({ provider: 'auto', device: null });
  });

  it('keeps photos and a .gitignore that are there', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'gallery/alice'), { recursive: true });
    writeFileSync(path.join(folder, '.gitignore'), 'mine\n');
    const { stdout } = await initIn(undefined, { dir: folder });
    expect(stdout).toContain('made config.yaml, data/; kept gallery/, .gitignore as before\n');
    expect(stdout).toContain('add gallery/ and data/ to .gitignore');
    expect(existsSync(path.join(folder, 'gallery/alice'))).toBe(true);
    expect(readFileSync(path.join(folder, '.gitignore'), 'utf8')).toBe('mine\n');
  });

  it.each([
    ['a configuration', (folder: string) => writeFileSync(path.join(folder, 'config.yaml'), 'x')],
    ['a link to nowhere', (folder: string) => symlinkSync('nowhere', path.join(folder, 'config.yaml'))],
    ['a file in the way', (folder: string) => writeFileSync(path.join(folder, 'data'), 'x')],
    ['a file above', (folder: string) => writeFileSync(path.join(folder, 'gallery'), 'x'), 'gallery/home'],
  ])('changes nothing where there is %s', async (_name, prepare, below = '') => {
    const folder = temporaryFolder();
    prepare(folder);
    const before = readdirSync(folder);
    await expect(init(context, path.join(folder, below), {})).rejects.toMatchObject({ code: 'usage' });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('refuses a folder and --dir together, an empty name, and a configuration of another name', async () => {
    await expect(init(context, 'a', { config: 'my.yaml' })).rejects.toThrow('--config does not apply');
    await expect(init(context, 'a', { dir: 'b' })).rejects.toThrow('not both');
    await expect(init(context, '', {})).rejects.toThrow('names no folder');
  });
});
