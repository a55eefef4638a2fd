import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesModels } from '../../src/cli/setupOffer.js';
import { inProcess } from '../helpers/inProcess.js';
import { needShared } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const setup = (folder: string, ...args: string[]) => inProcess(['setup', ...args, '--dir', folder]);

function homeWith(config: string): { home: string; file: string } {
  const home = temporaryFolder();
  const file = path.join(home, 'config.yaml');
  writeFileSync(file, config);
  return { home, file };
}

describe('spotter setup', () => {
  it('says what fits and changes nothing unasked; with --yes it pulls the pair and selects it', async (test) => {
    const from = path.dirname(needShared(test, 'models/mobilefacenet.onnx'));
    const before = '# mine\ndata: data # here\ncameras:\n  - { id: a, url: clip.mp4, fps: 1 }\n';
    const { home, file } = homeWith(before);
    expect((await setup(home)).stdout).toMatch(
      /^spotter-det \+ spotter-embed stays: .*\nbetter, once you have the file of mobilefacenet, which has no public address: yunet \+ mobilefacenet .* setup --from FOLDER$/m,
    );
    const asked = await setup(home, '--from', from);
    expect(asked.code).toBe(0);
    const table = asked.stdout.split('\n').filter((line) => / +(any|research|use)$/.test(line));
    expect(table.length).toBeGreaterThan(5);
    for (const line of table) expect(line.length).toBeLessThanOrEqual(80);
    expect(asked.stdout).toMatch(/^spotter-det \+ spotter-embed +[\d.]+ ms +\d+\/s +88\.9 % +in use +any$/m);
    expect(asked.stdout).toMatch(
      /^yunet \+ mobilefacenet +~[\d.]+ ms +~\d+\/s +94\.9 % +needs --from +any$/m,
    );
    expect(asked.stdout).toMatch(
      /^\d+ cores?: yunet \+ mobilefacenet \(4\.2 MB, MIT and Apache-2\.0\), about \d+ ms per frame, names 94\.9 % where spotter-det \+ spotter-embed names 88\.9 %\nuse it later: .* setup --yes --dir \S+ --from \S+\n$/m,
    );
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(existsSync(path.join(home, 'models'))).toBe(false);

    const done = await setup(home, '--from', from, '--yes', '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({
      chosen: { detector: 'yunet', embedder: 'mobilefacenet', named: 94.9 },
      changed: [
        { line: 5, text: 'detector: yunet' },
        { line: 6, text: 'embedder: mobilefacenet' },
      ],
    });
    expect(readFileSync(file, 'utf8')).toBe(`${before}detector: yunet\nembedder: mobilefacenet\n`);
    expect(await setup(home)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^yunet \+ mobilefacenet stays: no pair that can be had here names more$/m,
      ),
    });
  });

  it('takes models that forbid commercial use only where that is accepted', async (test) => {
    // One frame a second, which each of them can do on a busy machine.
    const before = 'cameras:\n  - { id: a, url: clip.mp4, fps: 1 }\n';
    const { home, file } = homeWith(before);
    for (const name of ['scrfd_2.5g_bnkps.onnx', 'mobilefacenet.onnx'])
      copyFileSync(needShared(test, `models/${name}`), path.join(home, name));
    const chosen = async (...args: string[]) =>
      JSON.parse((await setup(home, '--json', '--models', home, ...args)).stdout).chosen.detector;
    expect(await chosen()).toBe('yunet');
    expect(await chosen('--accept-licence')).toBe('scrfd-2.5g');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('pulls a damaged model again', async () => {
    const { home } = homeWith('cameras: []\n');
    mkdirSync(path.join(home, 'models'));
    writeFileSync(path.join(home, 'models/face_detection_yunet_2023mar.onnx'), 'damaged');
    const { stdout, stderr } = await setup(home, '--json');
    expect(stderr).toMatch(/^spotter: not measured: model "yunet": .* is damaged or another file .*$/m);
    const [pair] = JSON.parse(stdout).pairs.filter(
      (one: { detector: string; embedder: string }) => one.detector === 'yunet' && one.embedder === 'sface',
    );
    expect(pair.missing.map(({ id }: { id: string }) => id)).toEqual(['yunet', 'sface']);
  });

  it('refuses a place for --from that is not there, before it measures', async () => {
    const { home } = homeWith('cameras: []\n');
    expect(await setup(home, '--from', path.join(home, 'none'))).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^spotter: --from \S+none does not exist; give a folder or .*\n$/),
    });
  });

  it('refuses --yes where there is nothing to write into, before it measures', async () => {
    const home = temporaryFolder();
    expect(await inProcess(['setup', '--yes', '-c', path.join(home, 'none.yaml')])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('none.yaml does not exist'),
    });
  });
});

describe('namesModels', () => {
  it.each([
    ['detector: yunet\n', true],
    ['a: 1\nembedder: x\n', true],
    ['{ detector: yunet }', true],
    ['# detector: yunet\ndata: data\n', false],
    ['models: { folder: detector }\n', false],
    ['', false],
  ])('sees whether a configuration selects models: %j', (text, expected) => {
    expect(namesModels(text)).toBe(expected);
  });
});
