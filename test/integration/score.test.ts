import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { probe } from '../../src/video/ffmpeg.js';
import { type Finished, finish, jsonLines, lineMatching, spotter, start } from '../helpers/cli.js';
import { beginningOf, ffmpeg } from '../helpers/ffmpeg.js';
import { labelledPeople, largerModels } from '../helpers/labelled.js';
import { demoClip, demoGallery, needShared, root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const truth = path.join(root, 'test/fixtures/truth/short_hamilton_clip.csv');

/** Media time of the last cut of the clip: a keyframe, before which every track of the scene before has ended. */
const LAST_CUT_MS = 7884;

/** How many frames each track has, and where it was last, with its name or verdict: of the tracks that began at a media time or later. */
function verdicts(lines: Record<string, unknown>[], fromMs: number): string[] {
  return lines
    .filter(({ kind, firstSeenMs }) => kind === 'left' && Number(firstSeenMs) >= fromMs)
    .map(({ frames, box, verdict, person }) => [frames, box, person ?? verdict].join(' '))
    .sort();
}

describe('spotter scan --score', () => {
  const labelledClip = (context: TestContext) => needShared(context, 'media/short_hamilton_clip.mp4');
  const args = (context: TestContext, clip: string) => [
    ...['scan', clip, ...labelledPeople(context), ...largerModels(context)],
  ];
  let scored: Promise<Finished> | undefined;
  /** One scan for all tests here, by whichever comes first. */
  const usual = async (context: TestContext) => {
    scored ??= spotter([...args(context, labelledClip(context)), '--score', truth]);
    const { code, stdout } = await scored;
    expect(code).toBe(0);
    return jsonLines(stdout);
  };

  it('names nobody wrong, finds everybody it should, at once and without a switch', async (context) => {
    const lines = await usual(context);
    expect(lines.at(-1)).toMatchObject({ kind: 'summary' });
    expect(lines.at(-2)).toMatchObject({ kind: 'score', precision: 1, switches: 0 });
    const scores = lines.at(-2)?.people as { person: string; found: boolean; timeToNameMs: number }[];
    expect(scores.map(({ person, found }) => [person, found])).toEqual([
      ['lin-manuel-miranda', true],
      ['obama', true],
    ]);
    for (const { timeToNameMs } of scores) expect(timeToNameMs).toBeLessThanOrEqual(500);
  });

  it('finds the singer and the president in the dark audience, and nobody who is not there', async (context) => {
    const lines = await usual(context);
    const names = new Set(lines.flatMap(({ kind, person }) => (kind === 'match' ? [person] : [])));
    expect(names).toContain('lin-manuel-miranda');
    expect(names).toContain('obama');
    expect(names).not.toContain('biden');
  });

  it('names whom embedding every face names, with a quarter of the embeddings', async (context) => {
    const folder = temporaryFolder();
    const eager = path.join(folder, 'eager.yaml');
    writeFileSync(eager, 'track: { lookEveryMs: 0, relookEveryMs: 0 }\n');
    // The last scene has half of the faces, for a quarter of the work.
    const scene = path.join(folder, 'scene.mp4');
    ffmpeg('-ss', String(LAST_CUT_MS / 1000), '-i', labelledClip(context), '-c', 'copy', '-an', scene);
    const lines = await usual(context);
    const every = jsonLines((await spotter([...args(context, scene), '-c', eager])).stdout);
    const { embedded, faces } = lines.at(-1) as { embedded: number; faces: number };
    expect(embedded).toBeLessThanOrEqual(faces / 4);
    const all = every.at(-1) as { embedded: number; faces: number };
    expect(all.embedded).toBeGreaterThan(all.faces / 2);
    expect(verdicts(every, 0)).toHaveLength(7);
    expect(verdicts(lines, LAST_CUT_MS)).toEqual(verdicts(every, 0));
  });
});

describe('spotter scan --annotate', () => {
  it('keeps every frame at its own time', async () => {
    const clip = beginningOf(demoClip, 2);
    const copy = path.join(temporaryFolder(), 'Étage 2, drawn.mp4');
    const args = ['scan', clip, '-g', demoGallery, '--every', '5', '--annotate', copy];
    expect(await spotter(args)).toMatchObject({ code: 0, stderr: '' });
    const [before, after] = await Promise.all([clip, copy].map((file) => probe(file, [])));
    const video = ({ streams }: typeof before) => streams.find(({ codec_type: type }) => type === 'video');
    expect(video(after)?.nb_frames).toBe(video(before)?.nb_frames);
    expect(video(after)?.avg_frame_rate).toBe(video(before)?.avg_frame_rate);
    expect(Number(after.format.duration)).toBeCloseTo(Number(before.format.duration), 1);
    expect(readdirSync(path.dirname(copy))).toEqual([path.basename(copy)]);
  });

  it('replaces no existing file, and never the recording', async () => {
    const folder = temporaryFolder();
    const clip = path.join(folder, 'clip.mp4');
    const other = path.join(folder, 'other.mp4');
    copyFileSync(demoClip, clip);
    writeFileSync(other, 'mine');
    const scan = (...args: string[]) => spotter(['scan', clip, '-g', demoGallery, ...args]);
    expect(await scan('--annotate', clip, '--force')).toMatchObject({
      code: 2,
      stderr: `spotter: --annotate ${clip} is the recording itself; choose another name\n`,
    });
    expect(await scan('--annotate', other)).toMatchObject({
      code: 2,
      stderr: `spotter: --annotate ${other} already exists; choose another name, or add --force\n`,
    });
    expect(readFileSync(other, 'utf8')).toBe('mine');
    expect((await scan(clip, '--annotate', path.join(folder, 'new.mp4'))).stderr).toMatch(/give one file/);
  });

  it('reports before the first frame what cannot be written', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'folder.mp4'));
    writeFileSync(path.join(folder, 'file'), '');
    const cases: [name: string, stderr: RegExp][] = [
      ['folder.mp4', /cannot write the annotated video \S+: it is a folder; add the name of a file/],
      ['file/out.mp4', /file is a file, not a folder; name another file/],
      ['none/out.mp4', /there is no folder \S+none; make it, or name another file/],
      [
        'copy.txt',
        /cannot write \S*copy\.txt: .*suitable output format for '\S*copy\.txt'; end the name with \.mp4 or \.mkv/,
      ],
      ['out.jpg', /cannot write \S+out\.jpg: .*; end the name with \.mp4 or \.mkv/],
      [
        'out.m3u8',
        /cannot write \S+out\.m3u8: its format writes several files; end the name with \.mp4 or \.mkv/,
      ],
    ];
    for (const [name, message] of cases) {
      const copy = path.join(folder, name);
      const scanned = await spotter(['scan', demoClip, '-g', demoGallery, '--annotate', copy, '--force']);
      // The summary would be on stdout.
      expect(scanned).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
    }
    expect(readdirSync(folder).sort()).toEqual(['file', 'folder.mp4']);
  });

  it.each([
    ['mkv', 'pcm_mulaw', ''],
    ['mp4', 'aac', ''],
    [
      'gif',
      undefined,
      expect.stringMatching(/out\.gif will have no sound: its format does not take it; \.mkv does/),
    ],
  ])(
    'writes .%s of a recording whose sound and size not every format takes',
    async (format, codec, stderr) => {
      const folder = temporaryFolder();
      const [recording, copy] = ['cam.mkv', `out.${format}`].map((name) => path.join(folder, name));
      const sound = [
        '-f',
        'lavfi',
        '-i',
        'sine=r=8000:d=1',
        '-map',
        '0:v',
        '-map',
        '1:a',
        '-c:a',
        'pcm_mulaw',
      ];
      ffmpeg('-t', '1', '-i', demoClip, ...sound, '-vf', 'scale=321:181', '-c:v', 'mjpeg', recording);
      const args = ['scan', recording, '-g', demoGallery, '--every', '20', '--annotate', copy];
      expect(await spotter(args)).toMatchObject({ code: 0, stderr });
      const { streams } = await probe(copy, []);
      expect(streams.find(({ codec_type: type }) => type === 'audio')?.codec_name).toBe(codec);
    },
  );

  it('leaves no partial file when the scan is interrupted', async () => {
    const folder = temporaryFolder();
    const copy = path.join(folder, 'copy.mp4');
    const child = start(['scan', demoClip, '-g', demoGallery, '--annotate', copy]);
    const ended = finish(child);
    await lineMatching(child, 'stdout', /match/);
    child.kill('SIGTERM');
    await ended;
    expect(existsSync(copy)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});
