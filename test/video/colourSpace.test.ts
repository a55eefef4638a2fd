import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { colourSpaceOf } from '../../src/video/colourSpace.js';
import { probeFile } from '../../src/video/info.js';
import { parseStreamLine } from '../../src/video/streamLine.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('colourSpaceOf', () => {
  it.each([
    ['yuv420p', 'bt709', 360, 'bt709'],
    ['yuv420p', 'smpte170m', 1080, 'bt601'],
    ['yuv420p', 'bt470bg', 1080, 'bt601'],
    ['yuv420p10le', 'bt2020nc', 360, 'bt2020'],
    ['yuv420p', '', 720, 'bt709'],
    ['yuv420p', 'unknown', 719, 'bt601'],
    ['gbrp', 'gbr', 1080, 'bt601'],
    ['0rgb', '', 1080, 'bt601'],
  ])('maps %s with the matrix "%s" and %i rows to %s', (format, matrix, height, expected) => {
    expect(colourSpaceOf(format, matrix, height)).toEqual({ matrix: expected, fullRange: false });
  });

  it.each([
    ['1280x720', ['-colorspace', 'smpte170m'], 'bt601'],
    ['640x360', ['-colorspace', 'bt709'], 'bt709'],
    ['640x360', ['-colorspace', 'bt2020nc'], 'bt2020'],
    ['1280x720', [], 'bt709'],
  ])('gives the same result for a recording and a stream: %s %j', async (size, options, matrix) => {
    const file = path.join(temporaryFolder(), 'clip.mp4');
    const coded = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', ...options];
    ffmpeg('-f', 'lavfi', '-i', `testsrc=s=${size}:r=5:d=0.4`, ...coded, file);
    const { stderr } = spawnSync('ffmpeg', ['-hide_banner', '-i', file], { encoding: 'utf8' });
    const [stream] = stderr.split('\n').flatMap((line) => parseStreamLine(line) ?? []);
    const colour = { matrix, fullRange: false };
    expect([(await probeFile(file)).colour, stream.colour]).toEqual([colour, colour]);
  });
});
