import { execFileSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SpotterError } from '../../src/core/errors.js';
import { FileSource } from '../../src/video/fileSource.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Twelve seconds of 25 pictures a second. */
function film(name: string, ...options: string[]): string {
  const file = path.join(temporaryFolder(), name);
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=25:d=12', '-pix_fmt', 'yuv420p', ...options, file);
  return file;
}

/** Plays a recording, every n-th picture. @returns how many came, and the code of what it ended with */
async function play(file: string, every = 1): Promise<{ frames: number; end: string | null }> {
  let frames = 0;
  try {
    const options = { cameraId: 'test', maxWidth: 3840, slots: 3, realtime: false, loop: false };
    for await (const { release } of new FileSource({ ...options, file, every }).frames()) {
      frames++;
      release();
    }
    return { frames, end: null };
  } catch (error) {
    return { frames, end: error instanceof SpotterError ? error.code : String(error) };
  }
}

/** Keeps so much of a file, 0 to 1. */
function cut(file: string, part: number): string {
  truncateSync(file, Math.round(readFileSync(file).length * part));
  return file;
}

describe('FileSource of a recording that breaks off', () => {
  it.each([
    ['AVI', 'film.avi', ['-c:v', 'mpeg4']],
    ['AVI of H.264', 'h264.avi', ['-c:v', 'libx264', '-preset', 'ultrafast']],
    ['AVI of Motion JPEG', 'jpeg.avi', ['-c:v', 'mjpeg']],
    ['MXF', 'film.mxf', ['-c:v', 'mpeg2video']],
    ['Matroska', 'film.mkv', ['-c:v', 'mpeg4']],
    ['FLV', 'film.flv', ['-c:v', 'flv1']],
  ])('says so at every length: %s', async (_, name, options) => {
    for (const part of [0.35, 0.6]) {
      const { frames, end } = await play(cut(film(name, ...options), part));
      expect(end).toBe('video.truncated');
      expect(frames).toBeGreaterThan(50);
    }
  });

  it('says so where the bytes are there, but zeros', async () => {
    const file = film('film.avi', '-c:v', 'mpeg4');
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0, Math.round(bytes.length * 0.6)));
    const { frames, end } = await play(file);
    expect(end).toBe('video.truncated');
    // Every one that ffmpeg makes of it, the last included.
    const script = [
      '-v',
      'error',
      '-count_frames',
      '-show_entries',
      'stream=nb_read_frames',
      '-of',
      'csv=p=0',
    ];
    expect(`${frames}`).toBe(
      execFileSync('ffprobe', [...script, file], { stdio: 'pipe' })
        .toString()
        .trim(),
    );
  });

  it('says so of a Matroska that was written to a pipe and has no length', async () => {
    const file = path.join(temporaryFolder(), 'piped.mkv');
    ffmpeg('-i', film('film.mkv', '-c:v', 'mpeg4'), '-c', 'copy', '-live', '1', file);
    expect(await play(file)).toEqual({ frames: 300, end: null });
    expect((await play(cut(file, 0.6))).end).toBe('video.truncated');
  });
});

describe('FileSource of a whole recording', () => {
  it.each(['film.avi', 'film.mxf', 'film.mkv'])(
    'has nothing to say, also of few pictures: %s',
    async (name) => {
      const file = film(name, '-c:v', 'mpeg2video');
      expect([await play(file), await play(file, 90)]).toEqual([
        { frames: 300, end: null },
        { frames: 4, end: null },
      ]);
    },
  );

  it('takes a picture that was left out of an AVI for no end', async () => {
    // One of two is stored as empty.
    const everySecond = ['-vf', "select='lt(n,50)+not(mod(n,2))'", '-fps_mode', 'vfr'];
    expect(await play(film('dropped.avi', ...everySecond, '-c:v', 'mpeg4'))).toEqual({
      frames: 175,
      end: null,
    });
  });

  it('with a damaged picture in a segment that begins at 8 s is not cut off', async () => {
    const folder = temporaryFolder();
    const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25'];
    const segments = ['-f', 'segment', '-segment_time', '4', path.join(folder, 's%d.mkv')];
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=160x120:r=25:d=12', ...x264, ...segments);
    const file = path.join(folder, 's2.mkv');
    const bytes = readFileSync(file);
    const middle = Math.round(bytes.length / 2);
    writeFileSync(file, bytes.fill(0xa5, middle, middle + 40));
    expect(await play(file)).toEqual({ frames: 100, end: null });
  });
});
