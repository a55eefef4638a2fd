import { describe, expect, it } from 'vitest';
import { parseLine } from '../../src/video/ffmpegMessage.js';
import { versionIn } from '../../src/video/ffmpegVersion.js';
import { parseStamp } from '../../src/video/stamps.js';
import { parseSize, parseStreamLine } from '../../src/video/streamLine.js';

describe('versionIn', () => {
  it.each([
    ['ffmpeg version 5.1.9-0+deb12u1 Copyright', [5, 1]],
    ['ffmpeg version n7.1 Copyright', [7, 1]],
    ['ffmpeg version N-47683-g0e8eb07980-static x\nlibavutil      56. 24.101 / 56. 24.101', [4, 0]],
    ['ffmpeg version N-1-gabc x\nlibavutil      57. 17.100 / 57. 17.100', [5, 0]],
    ['ffmpeg version N-1-gabc x\nlibavutil      57. 28.100 / 57. 28.100', [5, 1]],
    ['ffmpeg version git-2030', [Number.POSITIVE_INFINITY, 0]],
  ])('reads the version, for a build from git from its libraries: %s', (text, version) => {
    expect(versionIn(text)).toEqual(version);
  });
});

describe('parseLine', () => {
  it.each([
    ['[error] 1.600000', 1600, true],
    ['[fatal] 1.600000', 1600, false],
    ['[Eval @ 0x55d1336b86c0] [error] -0.040000', -40, true],
    ['[error] nan', Number.NaN, true],
    ['[error] -nan', Number.NaN, true],
  ])('reads the timestamp of a frame, or of one that is left out: %s', (line, ms, isKept) => {
    const message = parseLine(line);
    expect(message && parseStamp(message)).toEqual({ ms, isKept });
  });

  it.each(['[info] 1.777778', '[error] 12', '[rtsp @ 0x1] [error] 1.600000 s'])(
    'is no timestamp: %s',
    (line) => {
      const message = parseLine(line);
      expect(message).not.toBeNull();
      expect(message && parseStamp(message)).toBeNull();
    },
  );

  it.each([
    ['[error] pipe:0: Connection refused', 'error', 'pipe:0: Connection refused'],
    ['[rtsp @ 0x555f] [error] method DESCRIBE failed: 401', 'error', 'rtsp: method DESCRIBE failed: 401'],
    ['[swscaler @ 0x1] [swscaler @ 0x2] [warning] deprecated', 'warning', 'swscaler: deprecated'],
    ['[info]   Stream #0:0: Video: h264', 'info', '  Stream #0:0: Video: h264'],
  ])('reads a message: %s', (line, level, text) => {
    expect(parseLine(line)).toEqual({ level, text });
  });

  it.each(['', '# timecode format v2', 'Consider increasing the value'])(
    'returns null for any other line: %j',
    (line) => {
      expect(parseLine(line)).toBeNull();
    },
  );
});

describe('parseStreamLine', () => {
  it.each([
    ['h264 (High), yuv420p(tv, bt709, progressive), 1280x720 [SAR 1:1], 25 fps', 'h264', 'bt709'],
    ['h264 (Baseline), yuv420p(progressive), 640x360 [SAR 1:1 DAR 16:9], 25 fps', 'h264', 'bt601'],
    ['h264 (High), yuv420p(progressive), 1920x1080, 25 fps', 'h264', 'bt709'],
    ['h264 (High), yuv420p, 1280x720, 25 fps', 'h264', 'bt709'],
    ['h264 (High), yuv420p(tv, smpte170m/bt470bg/bt709, progressive), 1920x1080', 'h264', 'bt601'],
    ['hevc (Main 10) (hev1 / 0x31), yuv420p10le(tv, bt2020nc/bt2020/smpte2084), 3840x2160', 'hevc', 'bt2020'],
    ['h264 (High), yuvj420p(pc, unknown/bt709/bt709, progressive), 1920x1080', 'h264', 'bt709'],
    ['h264 (High), yuvj420p(pc, unknown/bt709/bt709, progressive), 640x360', 'h264', 'bt601'],
    ['mjpeg (Baseline), yuvj420p(pc, bt470bg/unknown/unknown), 1280x720 [SAR 1:1]', 'mjpeg', 'bt601'],
    ['h264 (Main) ([27][0][0][0] / 0x001B), yuv420p(tv, bt709), 704x576', 'h264', 'bt709'],
    ['rawvideo (YUY2 / 0x32595559), yuyv422, 640x480, 147456 kb/s, 30 fps', 'rawvideo', 'bt601'],
    ['png, rgb24(pc, gbr/unknown/unknown), 1920x1080', 'png', 'bt601'],
  ])('reads codec and colour space: %s', (text, codec, matrix) => {
    expect(parseStreamLine(`  Stream #0:0[0x100](und): Video: ${text}`)).toMatchObject({
      ...{ index: 0, codec, isDefault: false },
      colour: { matrix, fullRange: false },
    });
  });

  it('reads index, size and default mark of one among several streams', () => {
    const text =
      '  Stream #0:2: Video: h264 (High), yuv420p(tv, top coded first (swapped)), 704x576 (default)';
    expect(parseStreamLine(text)).toMatchObject({ index: 2, width: 704, height: 576, isDefault: true });
  });

  it('returns null for a cover picture, an audio stream and for any other line', () => {
    expect(parseStreamLine('  Stream #0:1: Audio: aac (LC), 48000 Hz, stereo, fltp')).toBeNull();
    expect(parseStreamLine('  Stream #0:2: Video: png, rgb24(pc), 600x600 (attached pic)')).toBeNull();
    expect(parseStreamLine('  Stream #0:0 (h264) -> select:default')).toBeNull();
  });
});

it.each([
  [`${1280 * 65_536 + 720}.000000`, { width: 1280, height: 720 }],
  [`Eval: ${8192 * 65_536 + 8192}.000000`, { width: 8192, height: 8192 }],
  [`rtsp: ${1280 * 65_536 + 720}.000000`, null],
  ['1.333333', null],
  ['25', null],
])('parseSize reads the size that the filters print: %s', (text, size) => {
  expect(parseSize(text)).toEqual(size);
});
