import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/program.js';
import { fileServer, sendFile } from '../helpers/fileServer.js';
import { needShared } from '../helpers/paths.js';
import { printedBy } from '../helpers/printed.js';
import { MODEL, namesIn } from '../helpers/pulled.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { startTls } from '../helpers/tls.js';

const YUNET = 'face_detection_yunet_2023mar.onnx';
const SCRFD = 'scrfd_2.5g_bnkps.onnx';
const context = {
  signal: new AbortController().signal,
  outliveOutput: () => {},
  report: (message: string) => void process.stderr.write(`spotter: ${message}\n`),
};

/** Runs `spotter models ...` with a configuration in a folder. */
const models = (folder: string, ...args: string[]) =>
  printedBy(() => runCommandLine(['node', 'spotter', 'models', ...args, '--dir', folder], context));

function homeWith(config: string): string {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'config.yaml'), `data: data\n${config}`);
  return folder;
}

afterEach(() => vi.unstubAllEnvs());

describe('spotter models', () => {
  it('pull wants a licence accepted once, list shows what is in use, and remove keeps that', async (test) => {
    const from = path.dirname(needShared(test, `models/${SCRFD}`));
    const home = homeWith('detector: scrfd-2.5g\n');
    const file = path.join(home, 'models', SCRFD);
    expect(await models(home, 'pull', 'scrfd-2.5g', '--from', from)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'spotter: scrfd-2.5g may not be used commercially (licence: non-commercial research (InsightFace)); add --accept-licence if you accept it\n',
    });
    expect(existsSync(path.join(home, 'models'))).toBe(false);
    expect(await models(home, 'pull', 'scrfd-2.5g', '--from', from, '--accept-licence')).toEqual({
      code: 0,
      stdout: `scrfd-2.5g: installed, ${file}\n`,
      stderr: 'scrfd-2.5g: 3.3 MB, non-commercial research (InsightFace)\n',
    });
    const listed = JSON.parse((await models(home, 'list', '--json')).stdout);
    expect(listed.models.find(({ id }: { id: string }) => id === 'scrfd-2.5g')).toMatchObject({
      installed: file,
      inUse: true,
      bytes: 3_290_207,
      licence: 'non-commercial research (InsightFace)',
    });
    expect((await models(home, 'list')).stdout).toMatch(
      /^scrfd-2\.5g +scrfd +3\.3 MB +in use +non-commercial research \(InsightFace\)$/m,
    );
    expect(await models(home, 'remove', 'scrfd-2.5g')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /model "scrfd-2\.5g" is the detector in \S+config\.yaml; select another one/,
      ),
    });
    writeFileSync(path.join(home, 'config.yaml'), 'data: data\n');
    expect(await models(home, 'remove', 'scrfd-2.5g')).toMatchObject({ code: 0 });
    expect(await models(home, 'pull', 'scrfd-2.5g', '--from', from, '--json', '--quiet')).toEqual({
      code: 0,
      stdout: `${JSON.stringify({ folder: path.join(home, 'models'), models: [{ id: 'scrfd-2.5g', path: file, state: 'installed' }] })}\n`,
      stderr: '',
    });
  });

  it('pull takes the folder of --models or SPOTTER_MODELS, and leaves alone what is installed', async (test) => {
    const content = readFileSync(needShared(test, `models/${YUNET}`));
    const server = await fileServer((request, response) => sendFile(request, response, content));
    const home = homeWith('');
    const given = path.join(home, 'given/deep');
    const pull = (...args: string[]) => models(home, 'pull', 'yunet', 'yunet', '--from', server.url, ...args);
    expect(await pull('--models', given)).toMatchObject({
      code: 0,
      stdout: `yunet: installed, ${path.join(given, YUNET)}\n`,
    });
    vi.stubEnv('SPOTTER_MODELS', path.join(home, 'variable'));
    expect(await pull()).toMatchObject({
      stdout: `yunet: installed, ${path.join(home, 'variable', YUNET)}\n`,
    });
    expect(await pull()).toMatchObject({ stdout: expect.stringMatching(/^yunet: already installed, /) });
    expect(server.requests).toHaveLength(2);
    // A damaged one is replaced.
    writeFileSync(path.join(home, 'variable', YUNET), 'damaged');
    expect(await pull()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^yunet: installed, /) });
    expect(await models(home, 'remove', 'yunet')).toMatchObject({ code: 0 });
    expect(namesIn(path.join(home, 'variable'))).toEqual([]);
    expect(await models(home, 'remove', 'yunet')).toMatchObject({
      code: 1,
      stdout: 'yunet: is not installed\n',
    });
  });

  it('pull says what comes with spotter, the network for landmarks too', async () => {
    const { code, stdout } = await models(homeWith(''), 'pull', 'spotter-embed', 'spotter-landmarks');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^spotter-embed: comes with spotter, \S+spotter-embed\.onnx\nspotter-landmarks: comes with spotter, \S+spotter-landmarks\.onnx\n$/,
    );
  });

  it('says what to do about a damaged copy of what comes with spotter', async () => {
    const home = homeWith('');
    const copy = path.join(home, 'models/spotter-landmarks.onnx');
    mkdirSync(path.dirname(copy));
    writeFileSync(copy, 'damaged');
    expect(await models(home, 'verify')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /^BAD spotter-landmarks .* is damaged or another file .*; remove it: the one that comes with spotter is used\s+then$/m,
      ),
    });
    writeFileSync(path.join(home, 'models/spotter-det.onnx'), 'damaged');
    expect(await models(home, 'pull', 'spotter-det')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/spotter-det\.onnx is damaged or another file .*; remove it: the one/),
    });
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown model', ['yunnet'], /model "yunnet" is not in the catalogue; did you mean "yunet"\?/],
    [
      'a model without an address, before it downloads another',
      ['mobile'],
      /model "mobilefacenet" has no address: /,
    ],
    [
      'a file as the folder',
      ['yunet', '--from', 'FROM', '--models', 'FILE'],
      /FILE is not a folder; name one with/,
    ],
    ['a folder that cannot be made', ['yunet', '--from', 'FROM', '--models', '/proc/x'], /\/proc/],
    [
      'a folder without the file',
      ['sface', '--from', 'FROM'],
      /: FROM has no face_recognition_sface_2021dec\.onnx;/,
    ],
    [
      'a file for two models',
      ['yunet', 'sface', '--from', `FROM/${YUNET}`],
      /is one file, but several models/,
    ],
    [
      'a mirror without encryption',
      ['yunet', '--from', 'http://a:secret1@b/'],
      /http:\/\/a:\*\*\*@b\/ is not encr/,
    ],
    [
      'a model that is declared',
      ['mine'],
      /model "mine" is declared in the configuration, and its file is \S+x\.onnx;/,
    ],
    [
      'a wrong file',
      ['yunet', '--from', 'FROM'],
      /FROM\/\S+ is damaged, or another file than face_detection_yunet/,
    ],
  ])('pull refuses %s in one sentence', async (_name, args, message) => {
    const home = homeWith(
      'models: { declared: [{ id: mine, kind: yunet, file: x.onnx, mean: [0, 0, 0], std: [1, 1, 1] }] }\n',
    );
    const [from, file] = [path.join(home, 'weights'), path.join(home, 'file')];
    mkdirSync(from);
    writeFileSync(path.join(from, YUNET), MODEL.subarray(0, 232_589));
    writeFileSync(file, '');
    const given = args.map((text) => text.replace('FROM', from).replace('FILE', file));
    const { code, stdout, stderr } = await models(home, 'pull', ...given, '--quiet');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.replaceAll(from, 'FROM').replaceAll(file, 'FILE')).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('pull says what is wrong with a certificate or a proxy', async () => {
    const server = await fileServer((request, response) => sendFile(request, response, MODEL));
    const port = await startTls(Number(new URL(server.url).port));
    vi.stubEnv('NO_PROXY', 'localhost');
    const home = homeWith('');
    const from = ['--from', `https://localhost:${port}/`];
    expect((await models(home, 'pull', 'yunet', ...from)).stderr).toMatch(
      /has a certificate that is not trusted \(.*\); for an authority of your own, set NODE_EXTRA_CA_CERTS/,
    );
    vi.stubEnv('HTTPS_PROXY', 'me:hunter22@nowhere');
    const { code, stderr } = await models(home, 'pull', 'yunet', ...from);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('HTTPS_PROXY') });
    expect(stderr).not.toContain('hunter22');
  });
});
