import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS, GROUPS } from '../../src/cli/commands.js';
import { jsonLines, spotter } from '../helpers/cli.js';
import { sparse } from '../helpers/ffmpeg.js';
import { demoClip, demoGallery, hopper, root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const embedder = path.join(root, 'models/spotter-embed.onnx');

/** Expects one sentence on stderr, nothing on stdout and exit code 2. */
function expectRefusal(
  { code, stdout, stderr }: Awaited<ReturnType<typeof spotter>>,
  sentence: string | RegExp,
): void {
  expect(stderr).toMatch(sentence);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
}

describe('spotter', () => {
  it('shows an example in the help of every command', async () => {
    const nested = GROUPS.flatMap((group) => [
      [group.name],
      ...group.commands.map(({ name }) => [group.name, name]),
    ]);
    const commands = [[], ...COMMANDS.map(({ name }) => [name]), ...nested];
    const helps = await Promise.all(commands.map((command) => spotter([...command, '--help'])));
    for (const { code, stdout } of helps) {
      expect(code).toBe(0);
      expect(stdout).toMatch(/Example:\n {2}\$ spotter \w+/);
    }
  });

  it('prints its version', async () => {
    expect(await spotter(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
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
    const { code, stderr } = await spotter(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
  });

  it('reports an internal error with its stack and exits with 3', async () => {
    const broken = encodeURIComponent("JSON.stringify = () => { throw new Error('a bug'); };");
    const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${broken}` };
    const { code, stdout, stderr } = await spotter(['config', 'schema'], { env });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^spotter: internal error: Error: a bug\n {4}at /);
  });

  it('refuses an unknown log level', async () => {
    expectRefusal(
      await spotter(['scan', demoClip, '--log-level', 'loud']),
      /^spotter: --log-level loud is not a level; use fatal/,
    );
  });
});

describe('spotter config', () => {
  it('check reports every error in a file, and none in the shipped config.yaml', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(file, 'galery: x\nhttp: { port: many }\ndata: ${NOT_SET_ANYWHERE}\n');
    const { code, stdout, stderr } = await spotter(['config', 'check', '-c', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n').slice(1)).toEqual([
      `${file}:1:1: galery: unknown key; did you mean "gallery"?`,
      `${file}:2:15: http.port: must be a number, not the text "many"`,
      `${file}:3:7: environment variable NOT_SET_ANYWHERE is not set; set it, or write $\${NOT_SET_ANYWHERE} for the text itself`,
    ]);
    const json = await spotter(['config', 'check', '-c', file, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: false,
      errors: [expect.stringContaining('galery'), expect.anything(), expect.anything()],
    });
    expect(await spotter(['config', 'check', '--no-io', '-c', path.join(root, 'config.yaml')])).toMatchObject(
      {
        code: 0,
        stderr: '',
      },
    );
  });

  it('check reports what a valid file names and is not there, unless told not to look', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(file, 'gallery: none\nhttp: { port: 0 }\n');
    const { code, stderr } = await spotter(['config', 'check', '-c', file]);
    const none = path.join(path.dirname(file), 'none');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `spotter: ${file} names what cannot be used; --no-io leaves this out\n${file}: gallery.folder: ${none} does not exist; make the folder\n`,
    });
    expect(await spotter(['config', 'check', '--no-io', '-c', file])).toMatchObject({ code: 0, stderr: '' });
  });

  it('show prints the effective configuration, command line included, secrets masked', async () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(
      file,
      'cameras: [{ id: door, url: "rtsp://user:${DOOR_PASSWORD}@host/x" }]\nhttp: { port: 9000 }\n',
    );
    const env = { ...process.env, DOOR_PASSWORD: 'open sesame' };
    const { stdout } = await spotter(['config', 'show', '-c', file, '--detector', 'yunet'], { env });
    expect(parse(stdout)).toMatchObject({
      cameras: [{ id: 'door', url: 'rtsp://user:***@host/x', realtime: true }],
      detector: 'yunet',
      http: { host: '127.0.0.1', port: 9000 },
    });
    expect(stdout).not.toContain('sesame');
  });

  it('schema is a JSON Schema with a description, a default or a range for every key', async () => {
    const schema = JSON.parse((await spotter(['config', 'schema'])).stdout);
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

describe('spotter detect', () => {
  it('leaves nothing in the home folder: no machine id, no queue of usage data', async () => {
    const home = temporaryFolder();
    const env = {
      ...process.env,
      HOME: home,
      XDG_CACHE_HOME: path.join(home, 'cache'),
      ORT_DISABLE_TELEMETRY: '',
    };
    expect((await spotter(['detect', hopper], { env })).code).toBe(0);
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('spotter models', () => {
  it('list shows the catalogue and what is installed; verify checks it', async () => {
    const list = JSON.parse((await spotter(['models', 'list', '--json'])).stdout).models as {
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
      measured: expect.stringMatching(/^one false accept in a thousand at 0\.40/),
      files: [{ file: 'spotter-embed.onnx', bytes: statSync(embedder).size, url: null }],
    });
    const verify = await spotter(['models', 'verify']);
    expect(verify.code).toBe(0);
    expect(verify.stdout).toMatch(/^ok {2}spotter-det .*: intact$/m);
  });

  it('verify exits with 1 for a damaged file, and scan refuses it', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'spotter-det.onnx');
    copyFileSync(path.join(root, 'models/spotter-det.onnx'), file);
    truncateSync(file, 100_000);
    const verify = await spotter(['models', 'verify', '--models', folder]);
    expect(verify.code).toBe(1);
    expect(verify.stdout).toMatch(/^BAD spotter-det +model "spotter-det": .* is damaged or another file/m);
    expectRefusal(
      await spotter(['scan', demoClip, '--models', folder]),
      /is damaged or another file \(SHA-256 [0-9a-f]{12}…, expected 40d4c0bbd0ab…\); install it again\n$/,
    );
    const env = { ...process.env, SPOTTER_MODELS: folder };
    expectRefusal(await spotter(['scan', demoClip], { env }), /is damaged or another file/);
  });
});

describe('spotter bench process', () => {
  it('refuses a scan that ends without an event', async () => {
    const config = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(config, 'detector: nonsense\n');
    for (const args of [['/nowhere.mp4'], ['-c', config]]) {
      expectRefusal(
        await spotter(['bench', 'process', '--runs', '1', ...args]),
        /^spotter: the scan ended without an event \(exit 2\); run "spotter scan [^"]+" to see why\n$/,
      );
    }
  });
});

describe('spotter scan: input', () => {
  it('is refused before anything is scanned: a missing file', async () => {
    const file = path.join(temporaryFolder(), 'clip.mp4');
    expectRefusal(await spotter(['scan', demoClip, file]), /clip\.mp4 does not exist; check the path\n$/);
  });

  it.each([
    [
      ['--detector', 'scrfd-99g'],
      /^spotter: detector "scrfd-99g" is not in the catalogue; did you mean "scrfd-/,
    ],
    [['--embedder', 'yunet'], /^spotter: model "yunet" is a detector and cannot be the embedder/],
    [
      ['--detector', 'scrfd-10g'],
      /^spotter: model "scrfd-10g" is not installed: download https:\/\/\S+ and put det_10g\.onnx into /,
    ],
    [
      ['-g', '/nowhere'],
      /^spotter: gallery \/nowhere does not exist; make the folder, or name another one with -g\n$/,
    ],
    [['-g', demoClip], /^spotter: gallery \S+ is a file; name the folder that holds the people\n$/],
    [
      ['-c', '/nowhere.yaml'],
      /^spotter: configuration \/nowhere\.yaml does not exist; give another with -c\n$/,
    ],
  ])('is refused: %j', async (args, sentence) => {
    expectRefusal(await spotter(['scan', demoClip, ...args]), sentence);
  });

  it('refuses a declared model of the wrong kind, by name', async () => {
    const config = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(
      config,
      `gallery: ${demoGallery}\ndetector: mine\nmodels: { declared: [{ id: mine, kind: scrfd, file: ${embedder}, mean: [0, 0, 0], std: [1, 1, 1] }] }\n`,
    );
    expectRefusal(
      await spotter(['scan', demoClip, '-c', config]),
      /^spotter: model "mine" \(\S+\) is not a scrfd detector: /,
    );
  });

  it('is refused without ffmpeg', async () => {
    const env = { ...process.env, PATH: temporaryFolder(), FFMPEG_PATH: '', FFPROBE_PATH: '' };
    expectRefusal(
      await spotter(['scan', demoClip], { env }),
      /^spotter: ff(mpeg|probe) was not found: install ffmpeg \(Debian: apt-get install ffmpeg\) or set FF(MPEG|PROBE)_PATH to its path\n$/,
    );
  });

  it('that is cut off, one among several: the events before that point are kept, the others are scanned', async () => {
    const file = path.join(temporaryFolder(), 'cut.mp4');
    writeFileSync(file, readFileSync(demoClip).subarray(0, 700_000));
    const { code, stdout, stderr } = await spotter(['scan', file, sparse(demoClip), '-g', demoGallery]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^spotter: cut\.mp4 is damaged or cut off: no more pictures at frame \d+ \([\d.]+ s\) of 625; what came before is kept\n$/,
    );
    const lines = jsonLines(stdout);
    const kinds = (id: string) => lines.filter(({ camera }) => camera === id).map(({ kind }) => kind);
    expect(kinds('cut')).toContain('match');
    expect(kinds('cut').at(-1)).toBe('left');
    expect(kinds('clip').filter((kind) => kind === 'match')).toHaveLength(2);
    expect(lines.at(-1)?.kind).toBe('summary');
  });

  it('is refused if it is a text, a URL or a pipe', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'notes.txt'), 'no video\n'.repeat(100));
    execFileSync('mkfifo', [path.join(folder, 'pipe.jpg')]);
    const text = await spotter(['scan', path.join(folder, 'notes.txt')]);
    expect(text).toMatchObject({ code: 2, stderr: expect.stringContaining('is a text, not a video') });
    const address = await spotter(['scan', 'rtsp://user:secret@host/x']);
    expect(address).toMatchObject({ code: 2, stderr: expect.stringContaining('scan reads recordings') });
    expect(address.stderr).not.toContain('secret');
    const pipe = await spotter(['detect', path.join(folder, 'pipe.jpg')]);
    expect(pipe).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is a device or pipe, not a file'),
    });
  });
});
