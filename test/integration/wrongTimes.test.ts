import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLines, spotter } from '../helpers/cli.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { collins, demoGallery, hopper } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const FLV_HEADER_BYTES = 13;
const FRAMES_PER_SECOND = 10;

/** Faces of one size at one place of one room, after what is left of the picture at either side. */
const FACES = { hopper: [hopper, 'crop=400:430:70:88'], collins: [collins, 'crop=360:390:30:0'] } as const;

/** So many seconds of a room, with somebody's portrait on the wall or without, as FLV from time 0 on. */
function part(folder: string, who: keyof typeof FACES | null, seconds: number): string {
  const file = path.join(folder, `${who}-${seconds}.flv`);
  const room = [
    '-f',
    'lavfi',
    '-i',
    `color=gray:s=640x360:r=${FRAMES_PER_SECOND}:d=${seconds},noise=alls=6:all_seed=1`,
  ];
  const [photo, crop] = FACES[who ?? 'hopper'];
  const face = ['-loop', '1', '-framerate', String(FRAMES_PER_SECOND), '-t', String(seconds), '-i', photo];
  const onto = `[1]${crop},scale=240:260[face];[0][face]overlay=200:50`;
  ffmpeg(
    ...[...room, ...face, '-filter_complex', who === null ? '[0]null' : onto],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', '0', '-t', String(seconds)],
    file,
  );
  return file;
}

/** The same pictures twice: one after the other with times that go on, and with times that begin again at each part. */
function films(...parts: Parameters<typeof part> extends [string, ...infer Rest] ? Rest[] : never) {
  const folder = temporaryFolder();
  const files = parts.map(([who, seconds]) => part(folder, who, seconds));
  for (const name of ['right', 'wrong']) mkdirSync(path.join(folder, name));
  const right = path.join(folder, 'right', 'room.flv');
  const wrong = path.join(folder, 'wrong', 'room.flv');
  writeFileSync(path.join(folder, 'parts.txt'), files.map((file) => `file '${file}'\n`).join(''));
  ffmpeg('-f', 'concat', '-safe', '0', '-i', path.join(folder, 'parts.txt'), '-c', 'copy', right);
  const bytes = files.map((file, index) => readFileSync(file).subarray(index === 0 ? 0 : FLV_HEADER_BYTES));
  writeFileSync(wrong, Buffer.concat(bytes));
  return { right, wrong };
}

async function scan(file: string) {
  const { code, stdout, stderr } = await spotter(['scan', file, '-g', demoGallery]);
  expect(code).toBe(0);
  const events = jsonLines(stdout).slice(0, -1);
  const visits = events.flatMap(({ kind, person, firstSeenMs, lastSeenMs, frames }) =>
    kind === 'left' ? [{ person, firstSeenMs, lastSeenMs, frames }] : [],
  );
  return { visits, kinds: events.map(({ kind }) => kind), stderr };
}

describe('scan of a recording whose timestamps start again', () => {
  it('gives the events of the same frames with right timestamps, and logs the fault once', async () => {
    const { right, wrong } = films(['hopper', 2], ['hopper', 1], [null, 1.2], ['collins', 3]);
    const [expected, given] = [await scan(right), await scan(wrong)];
    expect(expected.visits).toEqual([
      { person: 'grace-hopper', firstSeenMs: 0, lastSeenMs: 2900, frames: 30 },
      { person: null, firstSeenMs: 4200, lastSeenMs: 7100, frames: 30 },
    ]);
    expect(given.visits).toEqual(expected.visits);
    expect(given.kinds).toEqual(expected.kinds);
    expect(expected.stderr).toBe('');
    expect(given.stderr.trim().split('\n')).toHaveLength(1);
    expect(given.stderr).toContain('room.flv: its timestamps go back by 1.9 s at frame 20 (2.0 s)');
  });

  it('does not name a stranger who follows a known person in the same place', async () => {
    const { wrong } = films(['hopper', 2], ['collins', 3]);
    expect((await scan(wrong)).visits).toEqual([
      { person: 'grace-hopper', firstSeenMs: 0, lastSeenMs: 1900, frames: 20 },
      { person: null, firstSeenMs: 2000, lastSeenMs: 4900, frames: 30 },
    ]);
  });
});
