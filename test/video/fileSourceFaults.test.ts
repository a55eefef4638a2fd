import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/image/cameraFrame.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { demoClip, hopper } from '../helpers/paths.js';
import { descendantsOf } from '../helpers/processes.js';
import { randomNumbers } from '../helpers/random.js';
import { failure, play, source, x264 } from '../helpers/recording.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('FileSource: the end of its decoder', () => {
  it('is orderly when the reader turns away, and leaves no process behind', async () => {
    const looping = source(demoClip, { loop: true });
    for await (const frame of looping.frames()) {
      frame.release();
      break;
    }
    expect(descendantsOf(process.pid, 'ffmpeg')).toEqual([]);
  });

  it('is orderly when it is stopped before it begins', async () => {
    const stopped = source(demoClip);
    stopped.stop();
    const frames: Frame[] = [];
    for await (const frame of stopped.frames()) frames.push(frame);
    expect(frames).toEqual([]);
  });

  it('is reported with the frame when somebody kills it', async () => {
    const looping = source(demoClip, { loop: true });
    const error = await failure(
      (async () => {
        for await (const frame of looping.frames()) {
          frame.release();
          if (frame.seq === 10)
            for (const pid of descendantsOf(process.pid, 'ffmpeg')) process.kill(pid, 'SIGKILL');
        }
      })(),
    );
    expect(error).toMatchObject({ code: 'video.killed', exitCode: 3 });
    expect(error.message).toMatch(
      /ffmpeg was killed by SIGKILL while reading clip\.mp4, at frame \d+ \(\d+\.\d s\)/,
    );
  });
});

describe('FileSource: what is no recording', () => {
  const made: Record<string, (file: string) => void> = {
    missing: () => {},
    empty: (file) => writeFileSync(file, ''),
    text: (file) => writeFileSync(file, 'hello\n'.repeat(1000)),
    picture: (file) => copyFileSync(hopper, file),
    'motion photo': (file) =>
      writeFileSync(file, Buffer.concat([hopper, demoClip].map((part) => readFileSync(part)))),
    folder: (file) => mkdirSync(file),
    sound: (file) => ffmpeg('-f', 'lavfi', '-i', 'sine=d=1', '-f', 'mp4', file),
    headless: (file) => {
      copyFileSync(demoClip, file);
      truncateSync(file, 2000);
    },
  };

  it.each([
    ['missing', 'video.not_found', 'does not exist; check the path'],
    ['empty', 'video.unreadable', 'is empty; check how it was copied'],
    ['text', 'video.unreadable', 'is not a video'],
    ['folder', 'video.unreadable', 'is a folder; give the files in it'],
    ['sound', 'video.no_video', 'has no video in it'],
    ['picture', 'video.no_video', 'is a single picture, not a video'],
    ['motion photo', 'video.no_video', 'is a single picture, not a video'],
    ['headless', 'video.unreadable', 'is not a video that ffmpeg can read, or is cut off'],
  ])('says so: %s', async (kind, code, sentence) => {
    const file = path.join(temporaryFolder(), 'clip.mp4');
    made[kind](file);
    const error = await failure(source(file).open());
    expect(error).toMatchObject({ code, exitCode: 2 });
    expect(error.message).toContain(sentence);
    expect(error.message).not.toContain('\n');
  });

  it.each(['mp4', 'mkv'])('says where a cut off %s ends, after giving what there is', async (container) => {
    const file = path.join(temporaryFolder(), `cut.${container}`);
    ffmpeg('-i', demoClip, '-c', 'copy', '-movflags', '+faststart', file);
    truncateSync(file, 800_000);
    let frames = 0;
    const error = await failure(
      (async () => {
        for await (const frame of source(file).frames()) {
          frames++;
          frame.release();
        }
      })(),
    );
    expect(frames).toBeGreaterThan(50);
    expect(error).toMatchObject({ code: 'video.truncated', exitCode: 2 });
    expect(error.message).toMatch(/damaged or cut off: no more pictures at frame \d+/);
  });

  it('of small pictures keeps its last frames, which are read long before they are taken', async () => {
    const file = path.join(temporaryFolder(), 'small.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25:d=8', ...x264, file);
    const { times } = await play(file);
    expect(times).toEqual(Array.from({ length: 200 }, (_, frame) => frame * 40));
  });

  it('with damage all over comes to its end, and to the same one each time', async () => {
    const file = path.join(temporaryFolder(), 'damaged.ts');
    ffmpeg('-i', demoClip, '-t', '10', '-c', 'copy', '-bsf:v', 'h264_mp4toannexb', file);
    const bytes = readFileSync(file);
    const random = randomNumbers(3);
    for (let hit = 0; hit < 1600; hit++) bytes[Math.floor(random() * bytes.length)] ^= 0xff;
    writeFileSync(file, bytes);
    const runs = [await play(file, { slots: 6 }), await play(file, { slots: 6 })];
    expect(runs[0].times.length).toBeGreaterThan(100);
    expect(runs[1].times).toEqual(runs[0].times);
  });

  it('opens no other file for a clip that is really a playlist', async () => {
    const file = path.join(temporaryFolder(), 'clip.mp4');
    writeFileSync(file, '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nother.ts\n');
    expect((await failure(source(file).open())).message).toContain('is a playlist, not a recording');
  });
});
