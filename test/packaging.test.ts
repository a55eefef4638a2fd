import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { TRIAL_FILES } from '../src/engine/modelTrial.js';
import { root } from './helpers/paths.js';

const text = (name: string) => readFileSync(path.join(root, name), 'utf8');
/** What the program reads at run time beside its own code. */
const NEEDED = [
  'config.yaml',
  'models/catalogue.yaml',
  'models/spotter-det.onnx',
  'models/spotter-embed.onnx',
  'assets/demo/gallery/grace-hopper/portrait.jpg',
  'assets/demo/clip.mp4',
  ...TRIAL_FILES,
];
/** Of the needed files, those that no listed file or folder covers. */
const missing = (listed: readonly string[]) =>
  NEEDED.filter((file) => !listed.some((name) => file === name || file.startsWith(`${name}/`)));

describe('the files that the program reads', () => {
  it('are in the package', () => {
    expect(missing(JSON.parse(text('package.json')).files)).toEqual([]);
  });

  it('are without those of the training', () => {
    const listed: string[] = JSON.parse(text('package.json')).files;
    expect(listed.filter((name) => 'models/training/README.md'.startsWith(`${name}/`))).toEqual([]);
  });

  it('are in the image, and not kept from its build', () => {
    const copied = [...text('Dockerfile').matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names]) =>
      names.split(' '),
    );
    expect(missing(copied)).toEqual([]);
    const allowed = [...text('.dockerignore').matchAll(/^!(.*)$/gm)].map(([, name]) => name);
    expect(missing(allowed)).toEqual([]);
    for (const name of copied)
      expect(
        allowed.some((one) => name === one || name.startsWith(`${one}/`)),
        name,
      ).toBe(true);
  });
});

describe('dist/', () => {
  it('has each file that Node starts by its path', () => {
    const sources = ['src', 'bench'].flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => text(path.join(folder, name))),
    );
    const started = sources.flatMap((source) =>
      [...source.matchAll(/compiledFile\('(.+)'\)/g)].map(([, name]) => name),
    );
    expect(started).toContain('src/engine/main.js');
    expect(started.filter((name) => !existsSync(path.join(root, 'dist', name)))).toEqual([]);
  });

  it('has the licences of the packages that are bundled, and none of those that are not', () => {
    const licences = text('dist/src/licences.txt');
    expect(licences).toMatch(/^fastify \d[\s\S]*Permission is hereby granted/m);
    expect(licences).not.toMatch(/^onnxruntime-node \d/m);
    const packages = licences.split(/\n-{80}\n/).map((part) => part.trim());
    expect(packages.filter((part) => part.split('\n').length < 5)).toEqual([]);
    // Without a licence text of its own.
    expect(licences).toMatch(/^@bufbuild\/protobuf \d[\s\S]{0,200}Apache License/m);
  });
});

describe('package.json', () => {
  const manifest = JSON.parse(text('package.json'));
  const lock = JSON.parse(text('package-lock.json'));

  it('has one name, whose command is spotter, and the lockfile has the same', () => {
    expect(manifest.bin).toEqual({ spotter: 'dist/src/main.js' });
    expect([lock.name, lock.packages[''].name]).toEqual([manifest.name, manifest.name]);
  });

  it('lets npm run no install script of another package in a checkout', () => {
    const scripted = Object.entries<{ hasInstallScript?: boolean }>(lock.packages)
      .filter(([folder, entry]) => folder !== '' && entry.hasInstallScript)
      .map(([folder]) => folder);
    // npm adds the mark when it writes the lockfile: remove it; see docs/decisions/0018-install-scripts.md.
    expect(scripted).toEqual([]);
  });

  it('names every script file that npm runs after the installation', () => {
    const [, file] = /^node (\S+)$/.exec(manifest.scripts.preinstall) ?? [];
    expect(manifest.files).toContain(file);
  });
});

describe('Dockerfile', () => {
  const dockerfile = text('Dockerfile');
  const stages = [...dockerfile.matchAll(/^FROM (\S+)(?: AS (\S+))?$/gm)].map(([, from, name]) => [
    from,
    name,
  ]);

  it('takes an exact version of its base, and builds the plain image unless told otherwise', () => {
    expect(dockerfile).toMatch(/^ARG NODE=\d+\.\d+\.\d+-bookworm-slim$/m);
    expect(stages).toEqual([
      ['node:${NODE}', 'build'],
      ['node:${NODE}', 'runtime'],
      ['runtime', 'vaapi'],
      ['build', 'cuda-provider'],
      ['runtime', 'cuda'],
      ['runtime', undefined],
    ]);
  });

  it('starts the program under an init, in its home, on the port that is published', () => {
    const runtime = /^FROM \S+ AS runtime$([\s\S]*?)^FROM /m.exec(dockerfile)?.[1] ?? '';
    const last = (name: string) => [...runtime.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].at(-1)?.[1];
    expect(JSON.parse(last('ENTRYPOINT') ?? '')).toEqual(['tini', '--', 'spotter']);
    expect(dockerfile).toContain('ln -s /app/dist/src/main.js /usr/local/bin/spotter');
    expect(JSON.parse(last('CMD') ?? '')).toEqual(
      'run --host 0.0.0.0 --port 8480 --trust-network'.split(' '),
    );
    expect(last('USER')).toBe('node');
    const { ports, volumes, ...service } = parse(text('compose.yaml')).services.spotter;
    expect(ports).toEqual([`127.0.0.1:8480:${last('EXPOSE')}`]);
    expect(volumes).toEqual([`./faces:${last('VOLUME')}`]);
    expect(last('ENV')).toBe(`SPOTTER_HOME=${last('VOLUME')}`);
    expect(service.user).toMatch(/:/);
  });
});
