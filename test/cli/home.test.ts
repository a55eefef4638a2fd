import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { homeOf, type PlaceOptions, placeArguments } from '../../src/cli/home.js';
import { STARTER_CONFIG } from '../../src/cli/homeFiles.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** A tree of folders, some with a config.yaml. */
function tree(configs: Record<string, string>): string {
  const root = temporaryFolder();
  for (const [folder, text] of Object.entries(configs)) {
    mkdirSync(path.join(root, folder), { recursive: true });
    if (text !== '') writeFileSync(path.join(root, folder, 'config.yaml'), text);
  }
  return root;
}

/** The home found from a folder of a tree, relative to its root. */
function found(root: string, from: string, options: PlaceOptions = {}, SPOTTER_HOME?: string) {
  const { folder, config } = homeOf(options, path.join(root, from), { SPOTTER_HOME });
  return [path.relative(root, folder), config && path.relative(root, path.resolve(root, from, config))];
}

const OTHERS = 'mqtt: { host: x }\ncameras: { door: {} }\nrecord: {}\nobjects: {}\nversion: 1\n';

describe('homeOf', () => {
  it('finds the nearest folder with a config.yaml made for spotter, from any depth', () => {
    const root = tree({ 'a/gallery/alice': '', a: STARTER_CONFIG, 'a/b': STARTER_CONFIG, 'a/b/data': '' });
    expect(found(root, 'a')).toEqual(['a', 'a/config.yaml']);
    expect(found(root, 'a/gallery/alice')).toEqual(['a', 'a/config.yaml']);
    expect(found(root, 'a/b/data')).toEqual(['a/b', 'a/b/config.yaml']);
  });

  it('passes over a pipe of that name, which would never be read to its end', () => {
    const root = tree({ 'home/pipe': '', home: STARTER_CONFIG });
    execFileSync('mkfifo', [path.join(root, 'home/pipe/config.yaml')]);
    expect(found(root, 'home/pipe')).toEqual(['home', 'home/config.yaml']);
    expect(() => homeOf({ dir: path.join(root, 'home/pipe') }, root, {})).toThrow('has no config.yaml');
  });

  it('knows its configuration without a comment by its keys, and passes over that of another program', () => {
    const root = tree({
      own: 'cameras: []\ngalery: x\nhttp: {}\n',
      'own/x': '',
      'own/other': OTHERS,
      bare: '',
    });
    expect(found(root, 'own/x')).toEqual(['own', 'own/config.yaml']);
    expect(found(root, 'own/other')).toEqual(['own', 'own/config.yaml']);
  });

  it.each([
    ['empty', '# nothing yet\n'],
    ['broken', 'cameras: [\n'],
    ['not a mapping', 'hello\n'],
  ])('keeps to a config.yaml of the working folder that is %s, and never to one above it', (_name, text) => {
    const root = tree({ own: STARTER_CONFIG, 'own/x': text, 'own/x/y': '' });
    expect(found(root, 'own/x')).toEqual(['own/x', 'own/x/config.yaml']);
    expect(found(root, 'own/x/y')).toEqual(['own', 'own/config.yaml']);
  });

  it('takes SPOTTER_HOME where no folder is found, and before the config.yaml of another program', () => {
    const root = tree({ home: '# spotter\n', other: OTHERS, bare: '', own: STARTER_CONFIG });
    const home = path.join(root, 'home');
    expect(found(root, 'bare', {}, home)).toEqual(['home', 'home/config.yaml']);
    expect(found(root, 'bare', {}, '../home')).toEqual(['home', 'home/config.yaml']);
    expect(found(root, 'other', {}, home)).toEqual(['home', 'home/config.yaml']);
    expect(found(root, 'own', {}, home)).toEqual(['own', 'own/config.yaml']);
  });

  it('works in the working folder where there is nothing else, with its config.yaml or the defaults', () => {
    const root = tree({ other: OTHERS, bare: '' });
    expect(found(root, 'other')).toEqual(['other', 'other/config.yaml']);
    expect(found(root, 'bare', {}, '')).toEqual(['bare', null]);
  });

  it('lets --dir win over what is found, and --config over --dir', () => {
    const root = tree({ a: STARTER_CONFIG, b: STARTER_CONFIG });
    expect(found(root, 'a', { dir: '../b' }, '/nowhere')).toEqual(['b', 'b/config.yaml']);
    expect(found(root, 'a', { config: '../b/my.yaml', dir: '.' })).toEqual(['b', 'b/my.yaml']);
  });

  it('refuses --dir and SPOTTER_HOME without a config.yaml', () => {
    const root = tree({ bare: '' });
    expect(() => found(root, 'bare', { dir: '.' })).toThrow(
      '--dir . has no config.yaml; make one there with "spotter init .", or name another folder',
    );
    expect(() => found(root, 'bare', {}, '/nowhere')).toThrow('SPOTTER_HOME /nowhere is not a folder');
  });

  it.runIf(process.getuid?.() === 0)('trusts no config.yaml above that another user has put there', () => {
    const root = tree({ shared: STARTER_CONFIG, 'shared/mine': '' });
    chownSync(path.join(root, 'shared/config.yaml'), 12_345, 12_345);
    expect(found(root, 'shared/mine')).toEqual(['shared/mine', null]);
  });
});

describe('placeArguments', () => {
  it('leads another process to the same home', () => {
    expect(placeArguments({ config: 'a.yaml', dir: 'b' })).toEqual(['--config', 'a.yaml']);
    expect(placeArguments({ dir: 'b' })).toEqual(['--dir', 'b']);
    expect(placeArguments({})).toEqual([]);
  });
});
