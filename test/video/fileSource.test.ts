import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/image/cameraFrame.js';
import { ffmpeg, made } from '../helpers/ffmpeg.js';
import { lumaAt } from '../helpers/live.js';
import { demoClip } from '../helpers/paths.js';
import { brightening, failure, play, source, x264 } from '../helpers/recording.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('FileSource: a recording', () => {
  it('gives every frame once, in order, at its own time', async () => {
    const file = path.join(temporaryFolder(), 'clip.mp4');
    brightening(file, 50);
    const { times, sizes, middles } = await play(file);
    expect(times).toEqual(Array.from({ length: 50 }, (_, index) => index * 40));
    expect(new Set(sizes)).toEqual(new Set(['64x48']));
    for (let i = 1; i < 50; i++) expect(middles[i]).toBeGreaterThan(middles[i - 1]);
  });

  it('loses nothing to a slow reader: ffmpeg waits', async () => {
    const file = path.join(temporaryFolder(), 'clip.mp4');
    brightening(file, 40, '320x240');
    const held: Frame[] = [];
    let frames = 0;
    for await (const frame of source(file, { slots: 2 }).frames()) {
      frames++;
      held.push(frame);
      // Both slots are held until the event loop has turned a few times; only then may the next frame come.
      if (held.length === 2) {
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        for (const { release } of held.splice(0)) release();
      }
    }
    expect(frames).toBe(40);
  });

  it('keeps every n-th frame with its true time when asked for fewer', async () => {
    const file = path.join(temporaryFolder(), 'clip.mp4');
    brightening(file, 50);
    expect((await play(file, { every: 10 })).times).toEqual([0, 400, 800, 1200, 1600]);
  });

  it('keeps the times of a variable frame rate', async () => {
    const file = path.join(temporaryFolder(), 'clip.mkv');
    // 25 a second at first, then 5 a second.
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=64x48:rate=25:duration=4',
      '-vf',
      "select='lt(n,25)+not(mod(n,5))'",
      '-fps_mode',
      'vfr',
      ...x264,
      file,
    );
    const { times } = await play(file);
    expect(times.slice(0, 3)).toEqual([0, 40, 80]);
    const last = times.slice(-3);
    expect([last[1] - last[0], last[2] - last[1]]).toEqual([200, 200]);
  });

  it('turns upright what the camera recorded lying down', async () => {
    const folder = temporaryFolder();
    const flat = path.join(folder, 'flat.mp4');
    const turned = path.join(folder, 'turned.mp4');
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'color=black:size=96x64:rate=5:duration=1,drawbox=x=0:y=0:w=48:h=64:color=white:t=fill',
      ...x264,
      flat,
    );
    ffmpeg('-i', flat, '-c', 'copy', '-metadata:s:v', 'rotate=90', turned);
    const rotation = execFileSync('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'stream_side_data=rotation',
      '-of',
      'csv=p=0',
      turned,
    ]);
    expect(Math.abs(Number(rotation.toString().trim()))).toBe(90);
    for await (const frame of source(turned).frames()) {
      expect([frame.image.width, frame.image.height]).toEqual([64, 96]);
      // The white half is no longer at the left but at one end of the height.
      expect(Math.abs(lumaAt(frame, 0.5, 0.1) - lumaAt(frame, 0.5, 0.9))).toBeGreaterThan(150);
      expect(Math.abs(lumaAt(frame, 0.1, 0.1) - lumaAt(frame, 0.9, 0.1))).toBeLessThan(20);
      frame.release();
    }
  });

  it('shows square pixels where the recording has others', async () => {
    const file = path.join(temporaryFolder(), 'wide.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=5:duration=1,setsar=2/1', ...x264, file);
    expect((await play(file)).sizes[0]).toBe('128x48');
  });

  it.each(['61x47', '1x1', '2x999'])('keeps an odd size of %s whole', async (size) => {
    const file = path.join(temporaryFolder(), 'odd.mkv');
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      `testsrc=size=${size}:rate=5:duration=1`,
      '-c:v',
      'ffv1',
      '-pix_fmt',
      'yuv444p',
      file,
    );
    expect((await play(file)).sizes).toEqual(Array.from({ length: 5 }, () => size));
    if (size === '61x47') return;
    const error = await failure(play(file, { minSidePx: 16 }));
    expect(error).toMatchObject({
      code: 'video.no_video',
      message: expect.stringContaining(`${size} px, too small`),
    });
  });

  // Where the picture of the second part lies in frames of 160x120.
  const [same, wide, narrow] = ['the whole', 'black above and below', 'black on both sides'];
  it.each([
    ['size=160x120', 'size=320x120', {}, wide],
    ['size=160x120', 'size=120x120,setsar=4/3', {}, same],
    ['size=160x120', 'size=160x120,setsar=2/1', {}, wide],
    ['size=160x120', 'size=160x120,setsar=1/2', {}, narrow],
    ['size=160x120', 'size=160x120,setsar=100/1', {}, null],
    ['size=160x120', 'size=160x120,setsar=1/100', {}, null],
    ['size=80x120,setsar=2/1', 'size=320x120', {}, wide],
    ['size=120x160', 'size=120x160,setsar=1/2', { skipStill: true, rotate: 270 }, wide],
    ['size=160x120', 'size=320x120', { aspect: '4:3' }, same],
  ] as const)('fits a change from %s to %s undistorted: %j', async (before, after, options, shown) => {
    const parts = [before, after].map((picture) =>
      made('part.ts', '-f', 'lavfi', '-i', `color=white:rate=10:duration=1:${picture}`, ...x264),
    );
    const file = path.join(temporaryFolder(), 'whole.ts');
    writeFileSync(file, Buffer.concat(parts));
    let frames = 0;
    const pictures: (string | null)[] = [];
    for await (const frame of source(file, options).frames()) {
      frames += 1 + (frame.still?.frames ?? 0);
      expect([frame.image.width, frame.image.height]).toEqual([160, 120]);
      const isLit = (x: number, y: number) => lumaAt(frame, x, y) > 200;
      const [across, down] = [isLit(0.02, 0.5) && isLit(0.98, 0.5), isLit(0.5, 0.02) && isLit(0.5, 0.98)];
      pictures.push(across && down ? same : across ? wide : down ? narrow : null);
      frame.release();
    }
    expect(frames).toBeGreaterThanOrEqual(19);
    expect([pictures[0], pictures.at(-1)]).toEqual([same, shown]);
  });

  it('scales down what is wider than allowed', async () => {
    const file = path.join(temporaryFolder(), 'wide.mp4');
    brightening(file, 3, '640x360');
    expect((await play(file, { maxWidth: 320 })).sizes).toEqual(['320x180', '320x180', '320x180']);
  });

  it.each(['yuv420p10le', 'gray', 'rgb24', 'yuva420p'])('reads %s pictures', async (format) => {
    const file = path.join(temporaryFolder(), 'clip.mkv');
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'color=white:size=64x48:rate=5:duration=1',
      '-c:v',
      'ffv1',
      '-pix_fmt',
      format,
      file,
    );
    const { middles } = await play(file);
    expect(middles).toHaveLength(5);
    expect(middles[0]).toBeGreaterThan(225);
  });

  it.each([
    ['mjpeg', ['-c:v', 'mjpeg', '-qscale', '2', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg']],
    ['png', ['-c:v', 'png', '-pix_fmt', 'rgb24', '-f', 'image2pipe']],
  ])('gives every picture of raw %s', async (codec, output) => {
    const file = path.join(temporaryFolder(), `raw.${codec}s`);
    ffmpeg('-i', demoClip, '-frames:v', '10', '-vf', 'scale=640:-2', ...output, file);
    expect(await source(file).open()).toMatchObject({ codec });
    const { times } = await play(file);
    expect(times).toEqual(Array.from({ length: 10 }, (_, index) => index * 40));
  });

  it('takes a file by whatever name', async () => {
    const folder = path.join(temporaryFolder(), "it's a %03d: [test], é");
    mkdirSync(folder);
    const file = path.join(folder, '-x:y,z;.mp4');
    brightening(path.join(folder, 'plain.mp4'), 3);
    copyFileSync(path.join(folder, 'plain.mp4'), file);
    expect((await play(file)).times).toEqual([0, 40, 80]);
  });

  it.each([
    [90, [64, 96], [0.5, 0.1]],
    [180, [96, 64], [0.9, 0.5]],
    [270, [64, 96], [0.5, 0.9]],
  ] as const)('is turned by %i degrees', async (rotate, size, white) => {
    const file = path.join(temporaryFolder(), 'half.mp4');
    const picture = 'color=black:size=96x64:rate=5:duration=1,drawbox=x=0:y=0:w=48:h=64:color=white:t=fill';
    ffmpeg('-f', 'lavfi', '-i', picture, ...x264, file);
    for await (const frame of source(file, { rotate }).frames()) {
      expect([frame.image.width, frame.image.height]).toEqual(size);
      const [x, y] = white;
      expect(lumaAt(frame, x, y)).toBeGreaterThan(200);
      expect(lumaAt(frame, 1 - x, 1 - y)).toBeLessThan(40);
      frame.release();
    }
  });

  it.each([
    ['h264', ['-c:v', 'libx264', '-preset', 'ultrafast']],
    ['m2v', ['-c:v', 'mpeg2video', '-qscale', '2']],
    ['mjpeg', ['-c:v', 'mjpeg', '-qscale', '2', '-pix_fmt', 'yuvj420p']],
    ['y4m', ['-pix_fmt', 'yuv420p']],
  ])('begins again when it loops and ffmpeg cannot wind it back: %s', async (format, output) => {
    const file = path.join(temporaryFolder(), `raw.${format}`);
    const picture = "color=black:size=64x48:rate=25,geq=lum='40+N*15':cb=128:cr=128";
    ffmpeg('-f', 'lavfi', '-i', picture, '-frames:v', '10', ...output, file);
    const notices: string[] = [];
    const looping = source(file, { loop: true, onNotice: (text) => notices.push(text) });
    const middles: number[] = [];
    const times: number[] = [];
    for await (const frame of looping.frames()) {
      middles.push(Math.round((lumaAt(frame, 0.5, 0.5) - 40) / 15));
      times.push(frame.mediaTimeMs);
      frame.release();
      if (times.length === 30) break;
    }
    const once = Array.from({ length: 10 }, (_, index) => index);
    expect(middles).toEqual([...once, ...once, ...once]);
    expect(times.map((ms) => ms - times[0])).toEqual(Array.from({ length: 30 }, (_, index) => index * 40));
    expect(notices).toEqual([]);
  });

  it('begins again when it loops and is cut off, and reports that once', async () => {
    const whole = path.join(temporaryFolder(), 'whole.flv');
    brightening(whole, 50);
    const file = path.join(temporaryFolder(), 'cut.flv');
    copyFileSync(whole, file);
    truncateSync(file, Math.floor(statSync(whole).size / 2));
    const error = await failure(play(file));
    expect(error).toMatchObject({ code: 'video.truncated' });
    const notices: string[] = [];
    let frames = 0;
    for await (const frame of source(file, { loop: true, onNotice: (text) => notices.push(text) }).frames()) {
      frame.release();
      if (++frames === 100) break;
    }
    expect(notices).toEqual([error.message]);
  });

  it('goes on for ever when it loops, its clock running on, until it is stopped', async () => {
    const file = path.join(temporaryFolder(), 'clip.mp4');
    brightening(file, 5);
    const looping = source(file, { loop: true });
    const times: number[] = [];
    for await (const frame of looping.frames()) {
      times.push(frame.mediaTimeMs);
      frame.release();
      if (times.length === 23) looping.stop();
    }
    expect(times.length).toBeGreaterThanOrEqual(23);
    for (let i = 1; i < times.length; i++) expect(times[i]).toBeGreaterThan(times[i - 1]);
  });
});
