import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS, GROUPS } from '../../src/cli/commands.js';
import { inProcess } from '../helpers/inProcess.js';
import { demoClip, root } from '../helpers/paths.js';
import { expectRefusal } from '../helpers/refusal.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('the command line', () => {
  it('shows an example in the help of every command', async () => {
    const nested = GROUPS.flatMap((group) => [
      [group.name],
      ...group.commands.map(({ name }) => [group.name, name]),
    ]);
    for (const command of [[], ...COMMANDS.map(({ name }) => [name]), ...nested]) {
      const { code, stdout } = await inProcess([...command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Example:\n {2}\$ spotter \w+/);
    }
  });

  it.each([
    [['scna'], /^spotter: unknown command "scna"; did you mean "scan"\?\n$/],
    [['scan'], /^spotter: missing required argument "file"; see "spotter scan --help"\n$/],
    [['scan', '--every', '0', 'x.mp4'], /^spotter: --every is "0"; it must be a whole number from 1; see /],
    [['compare', 'a', 'b', '--threshold', '7'], /must be a number from -1 to 1/],
    [['scan', '--evry', '2', 'x.mp4'], /^spotter: unknown option "--evry"; did you mean "--every"\?\n$/],
    [['gallery', 'lst'], /^spotter: unknown command "lst"; did you mean "list"\?\n$/],
    [
      ['compare', 'a', 'b', '-g', 'gallery'],
      /^spotter: unknown option "-g"; see "spotter compare --help"\n$/,
    ],
  ])('refuses %j with exit code 2', async (args, sentence) => {
    const { code, stderr } = await inProcess(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
  });

  it('refuses an unknown log level', async () => {
    expectRefusal(
      await inProcess(['scan', demoClip, '--log-level', 'loud']),
      /^spotter: --log-level loud is not a level; use fatal/,
    );
  });
});

describe('spotter config', () => {
  it('check reports every error in a file, and none in the shipped config.yaml', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(file, 'galery: x\nhttp: { port: many }\ndata: ${NOT_SET_ANYWHERE}\n');
    const { code, stdout, stderr } = await inProcess(['config', 'check', '-c', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n').slice(1)).toEqual([
      `${file}:1:1: galery: unknown key; did you mean "gallery"?`,
      `${file}:2:15: http.port: must be a number, not the text "many"`,
      `${file}:3:7: environment variable NOT_SET_ANYWHERE is not set; set it, or write $\${NOT_SET_ANYWHERE} for the text itself`,
    ]);
    const json = await inProcess(['config', 'check', '-c', file, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: false,
      errors: [expect.stringContaining('galery'), expect.anything(), expect.anything()],
    });
    expect(
      await inProcess(['config', 'check', '--no-io', '-c', path.join(root, 'config.yaml')]),
    ).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it('check reports what a valid file names and is not there, unless told not to look', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(file, 'gallery: none\nhttp: { port: 0 }\n');
    const { code, stderr } = await inProcess(['config', 'check', '-c', file]);
    const none = path.join(path.dirname(file), 'none');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `spotter: ${file} names what cannot be used; --no-io leaves this out\n${file}: gallery.folder: gallery ${none} does not exist; make the folder, or name another one with -g\n`,
    });
    expect(await inProcess(['config', 'check', '--no-io', '-c', file])).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it('show prints the effective configuration, command line included, secrets masked', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(
      file,
      'cameras: [{ id: door, url: "rtsp://user:${DOOR_PASSWORD}@host/x" }]\nhttp: { port: 9000 }\n',
    );
    vi.stubEnv('DOOR_PASSWORD', 'open sesame');
    const { stdout } = await inProcess(['config', 'show', '-c', file, '--detector', 'yunet']);
    expect(parse(stdout)).toMatchObject({
      cameras: [{ id: 'door', url: 'rtsp://user:***@host/x', realtime: true }],
      detector: 'yunet',
      http: { host: '127.0.0.1', port: 9000 },
    });
    expect(stdout).not.toContain('sesame');
  });

  it('schema is a JSON Schema with a description, a default or a range for every key', async () => {
    const schema = JSON.parse((await inProcess(['config', 'schema'])).stdout);
    expect(schema.$schema).toContain('draft-07');
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties.http.properties.port).toMatchObject({
      type: 'integer',
      default: 8480,
      minimum: 0,
      maximum: 65535,
    });
    expect(schema.properties.http.properties.port.description).toMatch(/TCP port/);
  });
});

describe('spotter models', () => {
  it('list shows the catalogue and what is installed; verify checks it', async () => {
    const list = JSON.parse((await inProcess(['models', 'list', '--json'])).stdout).models as {
      id: string;
      installed: string | null;
      measured: string | null;
      files: { file: string; bytes: number | null; sha256: string; url: string | null }[];
    }[];
    expect(list.find(({ id }) => id === 'spotter-det')?.installed).toBe(
      path.join(root, 'models/spotter-det.onnx'),
    );
    expect(list.map(({ id }) => id)).toContain('scrfd-10g');
    expect(list.find(({ id }) => id === 'spotter-embed')).toMatchObject({
      measured: expect.stringMatching(/^one false accept in a thousand at 0\.37/),
      files: [
        {
          file: 'spotter-embed.onnx',
          bytes: statSync(path.join(root, 'models/spotter-embed.onnx')).size,
          url: null,
        },
      ],
    });
    const verify = await inProcess(['models', 'verify']);
    expect(verify.code).toBe(0);
    expect(verify.stdout).toMatch(/^ok {2}spotter-det .*: intact$/m);
    expect(verify.stdout).toMatch(/^ok {2}spotter-landmarks .*: intact$/m);
  });
});

describe('spotter scan', () => {
  it.each([
    [
      ['--detector', 'scrfd-99g'],
      /^spotter: detector "scrfd-99g" is not in the catalogue; did you mean "scrfd-/,
    ],
    [['--embedder', 'yunet'], /^spotter: model "yunet" is a detector and cannot be the embedder/],
    [
      ['--detector', 'scrfd-10g'],
      /^spotter: model "scrfd-10g" is not installed: .* models pull scrfd-10g.* \(16\.9 MB, non-commercial research \(InsightFace\)\)$/m,
    ],
    [
      ['-c', '/nowhere.yaml'],
      /^spotter: configuration \/nowhere\.yaml does not exist; give another with -c\n$/,
    ],
  ])('is refused: %j', async (args, sentence) => {
    expectRefusal(await inProcess(['scan', demoClip, ...args]), sentence);
  });
});
