import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { jsonLines, spotter } from '../helpers/cli.js';
import { beginningOf, ffmpeg, sparse } from '../helpers/ffmpeg.js';
import { inProcess } from '../helpers/inProcess.js';
import { demoClip, demoGallery, hopper, root } from '../helpers/paths.js';
import { expectRefusal } from '../helpers/refusal.js';
import { temporaryFolder } from '../helpers/temporary.js';

const embedder = path.join(root, 'models/spotter-embed.onnx');

describe('spotter', () => {
  it('prints its version', async () => {
    expect(await spotter(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });

  it('reports an internal error with its stack and exits with 3', async () => {
    const broken = encodeURIComponent("JSON.stringify = () => { throw new Error('a bug'); };");
    const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${broken}` };
    const { code, stdout, stderr } = await spotter(['config', 'schema'], { env });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^spotter: internal error: Error: a bug\n {4}at /);
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
  it('verify exits with 1 for a damaged file, and scan refuses it', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'spotter-det.onnx');
    copyFileSync(path.join(root, 'models/spotter-det.onnx'), file);
    truncateSync(file, 100_000);
    const verify = await inProcess(['models', 'verify', '--models', folder]);
    expect(verify.code).toBe(1);
    expect(verify.stdout).toMatch(/^BAD spotter-det +model "spotter-det": .* is damaged or another file/m);
    expectRefusal(
      await inProcess(['scan', demoClip, '--models', folder]),
      /is damaged or another file \(SHA-256 [0-9a-f]{12}…, expected b4ef88776fad…\); remove it: the one that comes with spotter is used then\n$/,
    );
    vi.stubEnv('SPOTTER_MODELS', folder);
    expectRefusal(await inProcess(['scan', demoClip]), /is damaged or another file/);
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
      ['-g', '/nowhere'],
      /^spotter: gallery \/nowhere does not exist; make the folder, or name another one with -g\n$/,
    ],
    [['-g', demoClip], /^spotter: gallery \S+ is a file; name the folder that holds the people\n$/],
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
    ffmpeg('-i', sparse(demoClip), '-c', 'copy', '-movflags', 'faststart', file);
    truncateSync(file, statSync(file).size / 2);
    const { code, stdout, stderr } = await spotter([
      'scan',
      file,
      beginningOf(demoClip, 1),
      '-g',
      demoGallery,
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^spotter: cut\.mp4 is damaged or cut off: no more pictures at frame \d+ \([\d.]+ s\) of 125; what came before is kept\n$/,
    );
    const lines = jsonLines(stdout);
    const kinds = (id: string) => lines.filter(({ camera }) => camera === id).map(({ kind }) => kind);
    expect(kinds('cut')).toContain('match');
    expect(kinds('cut').at(-1)).toBe('left');
    expect(kinds('clip')).toEqual(['appeared', 'match', 'left']);
    expect(lines.at(-1)?.kind).toBe('summary');
  });

  it('is refused if it is a text, a URL or a pipe', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'notes.txt'), 'no video\n'.repeat(100));
    execFileSync('mkfifo', [path.join(folder, 'pipe.jpg')]);
    const text = await spotter(['scan', path.join(folder, 'notes.txt')]);
    expect(text).toMatchObject({ code: 2, stderr: expect.stringContaining('is a text, not a video') });
    const address = await inProcess(['scan', 'rtsp://user:secret@host/x']);
    expect(address).toMatchObject({ code: 2, stderr: expect.stringContaining('scan reads recordings') });
    expect(address.stderr).not.toContain('secret');
    const pipe = await spotter(['detect', path.join(folder, 'pipe.jpg')]);
    expect(pipe).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is a device or pipe, not a file'),
    });
  });
});
