import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/image/cameraFrame.js';
import { isInterlaced } from '../../src/video/deinterlace.js';
import { fileCommand } from '../../src/video/fileCommand.js';
import type { FileSourceOptions } from '../../src/video/fileSource.js';
import { probeFile } from '../../src/video/info.js';
import { parseStreamLine } from '../../src/video/streamLine.js';
import { canMapTones, hasToneFilters, hdrOf } from '../../src/video/toneMapping.js';
import { answering, startWeb } from '../helpers/chaos.js';
import { ffmpeg, made } from '../helpers/ffmpeg.js';
import { live, look, lumaAt } from '../helpers/live.js';
import { source } from '../helpers/recording.js';
import { temporaryFolder } from '../helpers/temporary.js';

/** Luma of 10 bits (64 to 940) at which each shows 203 cd/m², the white of printed paper; for others, the same as in PQ. */
const WHITE: Record<string, number> = { smpte2084: 572, 'arib-std-b67': 721 };
/** What that becomes, of 16 to 235. */
const MAPPED = 181;

/** A clip of that white. */
function grey(transfer: string, size = '64x48'): string[] {
  return [
    ...[
      '-f',
      'lavfi',
      '-i',
      `color=gray:size=${size}:rate=5:duration=3,format=yuv444p10le,geq=lum=${WHITE[transfer] ?? 572}:cb=512:cr=512`,
    ],
    ...[
      '-color_trc',
      transfer,
      '-color_primaries',
      'bt2020',
      '-colorspace',
      'bt2020nc',
      '-color_range',
      'tv',
    ],
  ];
}

/** A bar that moves by 8 px per field: 25 frames of two fields. */
const FIELDS = [
  ...['-f', 'lavfi', '-i', 'color=black:size=320x240:rate=50:duration=1'],
  ...['-f', 'lavfi', '-i', 'color=white:size=40x240:rate=50:duration=1'],
  ...['-filter_complex', "[0][1]overlay=x='n*5':shortest=1,tinterlace=interleave_top,format=yuv420p"],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '1'],
];
const INTERLACED = [...FIELDS, '-flags', '+ildct+ilme', '-x264opts', 'tff=1'];

/** Share of the lines in the middle of a picture that differ from both their neighbours by more than half the range. */
function combing({ image: { pixels, width, height } }: Frame): number {
  let combed = 0;
  for (let y = 1; y < height - 1; y++)
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const [above, here, below] = [pixels[at - width], pixels[at], pixels[at + width]];
      if (Math.abs(here - above) > 100 && Math.abs(here - below) > 100) combed++;
    }
  return combed / (width * height);
}

async function combingOf(file: string, options: Partial<FileSourceOptions>): Promise<number[]> {
  const found: number[] = [];
  for await (const frame of source(file, options).frames()) {
    found.push(combing(frame));
    frame.release();
  }
  return found;
}

describe('FileSource: HDR', () => {
  it.each([
    ['smpte2084', '64x48'],
    ['smpte2084', '61x47'],
    ['arib-std-b67', '64x48'],
  ])('maps tones of %s to those of BT.709, %s', async (transfer, size) => {
    const file = path.join(temporaryFolder(), 'hdr.mkv');
    ffmpeg(...grey(transfer, size), '-c:v', 'ffv1', file);
    let frames = 0;
    for await (const frame of source(file).frames()) {
      expect(Math.abs(lumaAt(frame, 0.5, 0.5) - MAPPED)).toBeLessThan(4);
      expect(frame.image.colour).toEqual({ matrix: 'bt709', fullRange: false });
      expect(`${frame.image.width}x${frame.image.height}`).toBe(size);
      frame.release();
      frames++;
    }
    expect(frames).toBe(15);
  });

  it('leaves a picture of 10 bits as it is that is not HDR', async () => {
    const file = path.join(temporaryFolder(), 'sdr.mkv');
    ffmpeg(...grey('bt2020-10'), '-c:v', 'ffv1', file);
    for await (const frame of source(file).frames()) {
      expect(Math.abs(lumaAt(frame, 0.5, 0.5) - 143)).toBeLessThan(2);
      expect(frame.image.colour.matrix).toBe('bt2020');
      frame.release();
    }
  });
});

describe('FileSource: interlaced video', () => {
  it('is deinterlaced where it is declared as such, or everywhere, or nowhere', async () => {
    const folder = temporaryFolder();
    const [declared, hidden] = ['declared.mp4', 'hidden.mp4'].map((name) => path.join(folder, name));
    ffmpeg(...INTERLACED, declared);
    ffmpeg(...FIELDS, '-bsf:v', 'h264_metadata', hidden);
    const before = await combingOf(declared, { deinterlace: 'off' });
    expect(before).toHaveLength(25);
    expect(Math.min(...before.slice(4, 20))).toBeGreaterThan(0.01);
    const worst = async (file: string, deinterlace: 'auto' | 'on') => {
      const found = await combingOf(file, { deinterlace });
      expect(found).toHaveLength(25);
      return Math.max(...found.slice(4, 20));
    };
    expect(await worst(declared, 'auto')).toBeLessThan(0.002);
    expect(await worst(declared, 'on')).toBeLessThan(0.002);
    expect(await worst(hidden, 'on')).toBeLessThan(0.002);
    expect(await worst(hidden, 'auto')).toBeGreaterThan(0.01);
  });
});

describe('fileCommand', () => {
  it('adds no filter for progressive video of standard range', async () => {
    const file = path.join(temporaryFolder(), 'plain.mp4');
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=64x48:rate=5:duration=1',
      '-c:v',
      'libx264',
      '-pix_fmt',
      'yuv420p',
      file,
    );
    const info = await probeFile(file);
    expect(info).toMatchObject({ isInterlaced: false, hdr: null });
    const request = {
      file,
      every: 1,
      realtime: false,
      rotate: 0,
      deinterlace: 'auto',
      aspect: null,
      hdr: info.hdr,
      skipStill: false,
    } as const;
    const { filters } = fileCommand(request, info, info.size);
    expect(filters.slice(1).map((filter) => filter.split('=')[0])).toEqual(['scale', 'pad', 'format']);
  });
});

describe('FileSource: a squeezed picture', () => {
  it.each([
    ['16:9', 0, '171x96'],
    ['4:3', 90, '96x128'],
  ] as const)('gets the shape %s, turned by %i degrees', async (aspect, rotate, size) => {
    const file = path.join(temporaryFolder(), 'squeezed.mp4');
    ffmpeg(
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=64x96:rate=5:duration=1',
      '-c:v',
      'libx264',
      '-pix_fmt',
      'yuv420p',
      file,
    );
    for await (const { image, release } of source(file, { aspect, rotate }).frames()) {
      expect(`${image.width}x${image.height}`).toBe(size);
      release();
    }
  });
});

describe('LiveSource: the picture', () => {
  it('is tone mapped where the stream is HDR', async () => {
    const stream = made(
      'hdr.ts',
      ...grey('smpte2084'),
      '-pix_fmt',
      'yuv420p10le',
      '-c:v',
      'libx264',
      '-qp',
      '4',
    );
    const { source: camera, pids } = live(
      `http://127.0.0.1:${await startWeb(answering('video/mp2t', stream))}/a.ts`,
    );
    await look(camera, 2, (frame) => {
      expect(Math.abs(lumaAt(frame, 0.5, 0.5) - MAPPED)).toBeLessThan(4);
      expect(frame.image.colour).toEqual({ matrix: 'bt709', fullRange: false });
    });
    expect(pids).toHaveLength(2);
  });

  it('is deinterlaced where the stream is interlaced, and gets its shape', async () => {
    const url = `http://127.0.0.1:${await startWeb(answering('video/mp2t', made('fields.ts', ...INTERLACED)))}/a.ts`;
    const { source: camera } = live(url, { aspect: '2:1' });
    await look(camera, 3, (frame) => {
      expect(frame.image).toMatchObject({ width: 480, height: 240 });
      expect(combing(frame)).toBeLessThan(0.002);
    });
  });
});

describe('canMapTones', () => {
  it('finds the filters in the list of ffmpeg', async () => {
    expect(hasToneFilters(' TS. tonemap V->V x\n .SC zscale V->V x\n T.C setparams V->V x')).toBe(true);
    expect(hasToneFilters(' ... tonemap_vaapi V->V x\n .SC zscale V->V x\n T.C setparams V->V x')).toBe(
      false,
    );
    expect(await canMapTones()).toBe(true);
  });
});

describe('hdrOf and isInterlaced', () => {
  it('read what ffprobe and ffmpeg report', () => {
    expect(hdrOf('bt709', 'bt709', 'bt709')).toBeNull();
    const bt2020 = { primaries: 'bt2020', matrix: 'bt2020nc' };
    expect(hdrOf('smpte2084', 'unknown', 'undefined')).toEqual({ transfer: 'smpte2084', ...bt2020 });
    expect(['tt', 'bb', 'tb', 'bt', 'progressive', 'unknown'].map(isInterlaced)).toEqual([
      ...[true, true, true, true, false, false],
    ]);
    const line = (details: string) =>
      parseStreamLine(`  Stream #0:0: Video: hevc, yuv420p10le(${details}), 640x360`);
    expect(line('tv, bt2020nc/bt2020/arib-std-b67')).toMatchObject({
      ...{ isInterlaced: false, hdr: { transfer: 'arib-std-b67', ...bt2020 } },
    });
    expect(line('tv, bt709, bottom coded first (swapped)')).toMatchObject({ isInterlaced: true, hdr: null });
  });
});
