import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { choiceNotice, chooseStream, type VideoStream } from '../../src/video/streamChoice.js';
import { answering, startWeb } from '../helpers/chaos.js';
import { ffmpeg, made } from '../helpers/ffmpeg.js';
import { failureOf, live, look } from '../helpers/live.js';
import { failure, play, source, x264 } from '../helpers/recording.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Three video streams of growing brightness: 64x48, 128x96 and 96x72. */
const STREAMS = [
  ...['black:size=64x48', 'gray:size=128x96', 'white:size=96x72'].flatMap((colour) => [
    ...['-f', 'lavfi', '-i', `color=${colour}:rate=5:duration=2`],
  ]),
  ...['-map', '0', '-map', '1', '-map', '2', ...x264],
];

/** The streams of {@link STREAMS} in a file. @param marked number of the default one; null for none */
function several(marked: number | null): string {
  const file = path.join(temporaryFolder(), 'several.mkv');
  const marks = [0, 1, 2].flatMap((n) => [`-disposition:v:${n}`, n === marked ? 'default' : '0']);
  ffmpeg(...STREAMS, ...marks, '-default_mode', 'passthrough', file);
  return file;
}

describe('chooseStream', () => {
  const stream = (number: number, width: number, isDefault = false): VideoStream => ({
    ...{ number, width, height: width / 2, isDefault },
  });

  it.each([
    ['the largest', [stream(0, 160), stream(1, 640), stream(2, 320)], null, 1],
    [
      'the default one, though it is smaller',
      [stream(0, 160), stream(1, 320, true), stream(2, 640)],
      null,
      1,
    ],
    ['the largest of several defaults', [stream(0, 160, true), stream(1, 640, true)], null, 1],
    ['the first of equals', [stream(0, 640), stream(1, 640)], null, 0],
    ['the only one, of unknown size', [stream(0, 0)], null, 0],
    ['the one that was asked for', [stream(0, 160), stream(1, 640, true)], 0, 0],
    ['none that is not there', [stream(0, 160)], 1, undefined],
  ])('takes %s', (_what, streams, wanted, number) => {
    expect(chooseStream(streams, wanted)?.number).toBe(number);
  });

  it('is reported when there are several', () => {
    expect(choiceNotice('a.mp4', [stream(0, 160)], stream(0, 160))).toBeNull();
    expect(choiceNotice('a.mp4', [stream(0, 160), stream(1, 640, true)], stream(1, 640, true))).toContain(
      'a.mp4 has 2 video streams (0: 160x80, 1: 640x320 (default)); reading 1;',
    );
  });
});

describe('FileSource: several video streams', () => {
  it('plays the default one, else the largest, and reports it once', async () => {
    const remarks: string[] = [];
    const onRemark = (message: string) => remarks.push(message);
    expect((await play(several(null), { onRemark })).sizes[0]).toBe('128x96');
    expect((await play(several(2), { onRemark })).sizes[0]).toBe('96x72');
    expect(remarks).toEqual([
      expect.stringContaining('3 video streams (0: 64x48, 1: 128x96, 2: 96x72); reading 1;'),
      expect.stringContaining('2: 96x72 (default)); reading 2;'),
    ]);
  });

  it('plays the one that was asked for, without a remark, and refuses one that is not there', async () => {
    const file = several(1);
    const remarks: string[] = [];
    const { sizes, middles } = await play(file, { stream: 0, onRemark: (text) => remarks.push(text) });
    expect(sizes[0]).toBe('64x48');
    expect(middles[0]).toBeLessThan(30);
    expect(remarks).toEqual([]);
    expect(await failure(source(file, { stream: 3 }).open())).toMatchObject({
      code: 'video.no_video',
      message: `${file} has no video stream 3; choose one of 0: 64x48, 1: 128x96 (default), 2: 96x72`,
    });
  });

  it('never takes a cover picture, however large', async () => {
    const folder = temporaryFolder();
    const cover = path.join(folder, 'cover.png');
    ffmpeg('-f', 'lavfi', '-i', 'color=white:size=400x400', '-frames:v', '1', cover);
    const file = path.join(folder, 'film.mp4');
    ffmpeg(
      ...['-i', cover, '-f', 'lavfi', '-i', 'color=black:size=64x48:rate=5:duration=1'],
      ...['-map', '0', '-map', '1', '-c:v:0', 'copy', '-c:v:1', 'libx264'],
      ...['-disposition:v:0', 'attached_pic', file],
    );
    const { sizes } = await play(file, { onRemark: () => expect.unreachable() });
    expect(sizes).toEqual(Array.from({ length: 5 }, () => '64x48'));
  });
});

describe('LiveSource: several video streams', () => {
  it('shows the largest and reports it; another when asked for; none that is not there', async () => {
    const stream = made('several.ts', ...STREAMS);
    const port = await startWeb(answering('video/mp2t', stream));
    const url = `http://127.0.0.1:${port}/live.ts`;
    const { source: best, remarks } = live(url);
    await look(best, 1, ({ image }) => expect(image).toMatchObject({ width: 128, height: 96 }));
    expect(remarks).toEqual([expect.stringMatching(/has 3 video streams \(0: 64x48, .*\); reading 1;/)]);
    const { source: third, remarks: none } = live(url, { stream: 2 });
    await look(third, 1, ({ image }) => expect(image).toMatchObject({ width: 96, height: 72 }));
    expect(none).toEqual([]);
    const error = await failureOf(live(url, { stream: 5 }).source);
    expect(error).toMatchObject({ code: 'camera.no_video' });
    expect(error.message).toContain('has no video stream 5; set video.stream to one of 0: 64x48,');
  });
});
