import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { type Finished, finish, jsonLines, lineMatching, spotter, start } from '../helpers/cli.js';
import { beginningOf, ffmpeg, keptClip, sparse, walkUp } from '../helpers/ffmpeg.js';
import { labelledPeople, largerModels } from '../helpers/labelled.js';
import { collins, demoClip, demoGallery, hopper, needShared } from '../helpers/paths.js';
import { descendantsOf } from '../helpers/processes.js';
import { expectPublished } from '../helpers/samples.js';
import { temporaryFolder } from '../helpers/temporary.js';

const gallery = ['-g', demoGallery];

/** A line of output without ids and wall-clock times, which differ between scans. */
function comparable(line: Record<string, unknown>): unknown {
  const { id, capturedAt, publishedAt, seconds, fps, stageMs, ...rest } = line;
  return rest;
}

describe('spotter scan', () => {
  let scanned: Promise<Finished> | undefined;
  /** One scan for all tests that need no other, by whichever comes first. */
  const scan = () => {
    scanned ??= spotter(['scan', sparse(demoClip), ...gallery]);
    return scanned;
  };

  it('names the known person, calls the other unknown, and publishes each appearance once', async () => {
    const { code, stdout, stderr } = await scan();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = jsonLines(stdout);
    const summary = lines.at(-1);
    const events = lines.slice(0, -1);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const stories = new Map<unknown, string[]>();
    for (const { track, kind, person } of events)
      stories.set(track, [...(stories.get(track) ?? []), `${kind} ${person}`]);
    expect([...stories.values()].sort()).toEqual([
      ['appeared null', 'match grace-hopper', 'left grace-hopper'],
      ['appeared null', 'match grace-hopper', 'left grace-hopper'],
      ['appeared null', 'unknown null', 'left null'],
      ['appeared null', 'unknown null', 'left null'],
    ]);
    for (const line of lines) expectPublished(line);
    expect(summary).toMatchObject({
      kind: 'summary',
      frames: 125,
      seconds: expect.any(Number),
      fps: expect.any(Number),
      faces: expect.any(Number),
      interrupted: false,
      people: [{ person: 'grace-hopper', camera: 'clip', firstMs: 0, lastMs: 24_800, frames: 80 }],
    });
    for (const stage of ['queue', 'detect', 'track', 'align', 'embed', 'match', 'total']) {
      expect(summary).toHaveProperty(`stageMs.${stage}`, expect.any(Number));
    }
    // Nobody is visible between 9 and 12 s.
    const during = events.filter(
      ({ kind, mediaTimeMs }) =>
        kind === 'appeared' && Number(mediaTimeMs) > 9000 && Number(mediaTimeMs) < 12_000,
    );
    expect(during).toEqual([]);
  });

  it('gives the same events with any number of threads', async () => {
    const folder = temporaryFolder();
    const one = path.join(folder, 'one.yaml');
    writeFileSync(one, `workers: 1\ngallery: ${demoGallery}\n`);
    const [two, single] = await Promise.all([scan(), spotter(['scan', sparse(demoClip), '-c', one])]);
    const strip = (text: string) => jsonLines(text).map(comparable);
    expect(strip(single.stdout)).toEqual(strip(two.stdout));
  });

  it('explains its verdicts with --explain, and only then', async () => {
    const plain = jsonLines((await scan()).stdout);
    const clip = beginningOf(sparse(demoClip), 2);
    const explained = jsonLines((await spotter(['scan', clip, ...gallery, '--explain'])).stdout);
    expect(plain.filter(({ explain }) => explain)).toEqual([]);
    const match = explained.find(({ kind }) => kind === 'match');
    expect(JSON.stringify(match?.explain)).toMatch(
      /"similarity 0\.\d\d >= 0\.\d\d".*odds that the name is wrong/,
    );
    expect(explained.filter(({ kind, explain }) => kind === 'left' && !explain)).toEqual([]);
  });

  it('scans several files in turn, each as its own camera; --every skips frames', async () => {
    const copy = path.join(temporaryFolder(), 'Étage 2.mp4');
    const clip = beginningOf(sparse(demoClip), 5);
    copyFileSync(clip, copy);
    const { code, stdout } = await spotter(['scan', clip, copy, clip, '--every', '5', ...gallery]);
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(new Set(lines.slice(0, -1).map(({ camera }) => camera))).toEqual(
      new Set(['clip', 'etage-2', 'clip-2']),
    );
    expect(lines.at(-1)).toMatchObject({ frames: 15 });
    expect(lines.filter(({ kind }) => kind === 'match')).toHaveLength(3);
  });

  it('exits with 0 when the reader of stdout goes away', async () => {
    const child = start(['scan', sparse(demoClip), ...gallery]);
    const ended = finish(child);
    await lineMatching(child, 'stdout', /match/);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  it('keeps its events when ffmpeg is killed midway, reports where, and exits with 3', async () => {
    const long = path.join(temporaryFolder(), 'long.mp4');
    ffmpeg('-stream_loop', '20', '-i', sparse(demoClip), '-c', 'copy', long);
    const child = start(['scan', long, ...gallery]);
    const lines: string[] = [];
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      lines.push(line);
      if (lines.length === 3)
        for (const pid of descendantsOf(child.pid, 'ffmpeg')) process.kill(pid, 'SIGKILL');
    });
    const { code, stderr } = await finish(child);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^spotter: ffmpeg was killed by SIGKILL while reading long\.mp4, at frame \d+ \([\d.]+ s\); what came before is kept\n$/,
    );
    const events = lines.map((line) => JSON.parse(line));
    expect(events.length).toBeGreaterThanOrEqual(3);
    expect(events.slice(-2).map(({ kind }) => kind)).toEqual(['left', 'summary']);
  });
});

describe('spotter scan --still skip', () => {
  // She walks, stands still for seven seconds, and somebody else is there.
  const half = () =>
    keptClip(
      'half-still.mp4',
      [
        ...['-i', demoClip, '-filter_complex'],
        '[0]fps=5,scale=640:-2,split[a][b];[a]trim=2:5,setpts=PTS-STARTPTS,tpad=stop_mode=clone:stop_duration=7[c];[b]trim=12:14,setpts=PTS-STARTPTS[d];[c][d]concat,noise=alls=4:allf=t',
        ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-an'],
      ],
      demoClip,
    );

  it('searches a fraction of the frames and reports who is there from when to when, as without it', async () => {
    const { code, stdout, stderr } = await spotter(['scan', half(), '--still', 'skip', ...gallery]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = jsonLines(stdout);
    expect(lines.slice(0, -1).map(({ kind, person }) => `${kind} ${person ?? ''}`)).toEqual([
      'appeared ',
      'match grace-hopper',
      'left grace-hopper',
      'appeared ',
      'unknown ',
      'left ',
    ]);
    const { frames, searched, still, people } = lines.at(-1) as Record<string, number>;
    expect(frames).toBe(60);
    expect(searched + still).toBe(60);
    expect(still).toBeGreaterThan(25);
    expect(people).toMatchObject([{ person: 'grace-hopper', firstMs: 0, lastMs: 9800, frames: 50 }]);
  });

  it('is refused with --score, which counts frames', async () => {
    const labels = path.join(temporaryFolder(), 'truth.csv');
    writeFileSync(labels, 'person,from,to\n');
    const { code, stderr } = await spotter(['scan', half(), '--still', 'skip', '--score', labels]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'spotter: --score counts every frame; leave out --still skip\n',
    });
  });
});

describe('spotter scan: the larger models', () => {
  it('follows and names somebody who comes so close that the face fills the picture and more', async () => {
    const folder = path.join(temporaryFolder(), 'gallery');
    mkdirSync(folder);
    copyFileSync(hopper, path.join(folder, 'grace-hopper.jpg'));
    copyFileSync(collins, path.join(folder, 'eileen-collins.png'));
    const { code, stdout } = await spotter(['scan', walkUp(collins, 6), '-g', folder]);
    expect(code).toBe(0);
    const events = jsonLines(stdout);
    expect(events.map(({ kind, person }) => `${kind} ${person ?? ''}`)).toEqual([
      'appeared ',
      'match eileen-collins',
      'left eileen-collins',
      'summary ',
    ]);
    expect(events.at(-1)).toMatchObject({ people: [{ person: 'eileen-collins', lastMs: 5800 }] });
  });

  it('calls a recording on stdin so, also where it has to be copied into a file first', async () => {
    const scanning = start(['scan', '-', ...gallery, '--quiet'], { stdio: 'pipe' });
    // Its index would come after its pictures.
    const cutOff = [Buffer.from('\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x40mdat'), Buffer.alloc(56, 7)];
    scanning.stdin?.end(Buffer.concat(cutOff));
    expect(await finish(scanning)).toMatchObject({
      code: 2,
      stderr: 'spotter: stdin is not a video that ffmpeg can read, or is cut off; check the file\n',
    });
  });

  it('names nobody in a crowd of strangers', async (context) => {
    const clip = needShared(context, 'media/street-1080p.mp4');
    const { code, stdout } = await spotter([
      ...['scan', clip, '--every', '2'],
      ...labelledPeople(context),
      ...largerModels(context),
    ]);
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines.filter(({ kind }) => kind === 'match')).toEqual([]);
    expect(lines.filter(({ kind }) => kind === 'unknown').length).toBeGreaterThan(3);
  });
});
