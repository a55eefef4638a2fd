import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileSource, type FileSourceOptions } from '../../src/video/fileSource.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { temporaryFolder } from '../helpers/temporary.js';

const FLV_HEADER_BYTES = 13;

/**
 * Six seconds of 25 pictures a second.
 *
 * @param setpts what becomes of the timestamps; N is the number of the picture, T its true time in seconds
 */
function film(name: string, setpts: string): string {
  const file = path.join(temporaryFolder(), name);
  ffmpeg(
    ...['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25:d=6', '-vf', `settb=1/90000,setpts='(${setpts})/TB'`],
    ...['-fps_mode', 'passthrough', '-enc_time_base', '1:90000'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', file],
  );
  return file;
}

/** Every fiftieth picture, from number `first` on, so many ms later. No muxer writes such: it is done to the bytes. */
function restamped(file: string, first: number, byMs: number): string {
  const bytes = readFileSync(file);
  let pictures = 0;
  for (let at = FLV_HEADER_BYTES; at < bytes.length; at += bytes.readUIntBE(at + 1, 3) + 15) {
    const isPicture = bytes[at] === 9 && bytes[at + 12] === 1;
    if (!isPicture || pictures++ % 50 !== first) continue;
    // The upper eight of its 32 bits come last.
    const ms = bytes.readUIntBE(at + 4, 3) + byMs;
    bytes.writeUIntBE(ms & 0xffffff, at + 4, 3);
    bytes[at + 7] = ms >> 24;
  }
  writeFileSync(file, bytes);
  return file;
}

async function play(file: string, options: Partial<FileSourceOptions> = {}) {
  const seen = { times: [] as number[], seams: [] as number[], notices: [] as string[] };
  const source = new FileSource({
    ...{ cameraId: 'test', file, maxWidth: 3840, slots: 3, every: 1, realtime: false, loop: false },
    onNotice: (message) => seen.notices.push(message),
    ...options,
  });
  for await (const { mediaTimeMs, isSeam, release } of source.frames()) {
    seen.times.push(mediaTimeMs);
    if (isSeam) seen.seams.push(mediaTimeMs);
    release();
  }
  return seen;
}

const even = (count: number, stepMs = 40) => Array.from({ length: count }, (_, index) => index * stepMs);

describe('FileSource of a recording whose timestamps', () => {
  it('begin again half-way, two FLV parts in one file, goes on and says so once', async () => {
    const part = readFileSync(film('part.flv', 'T'));
    const file = path.join(temporaryFolder(), 'joined.flv');
    writeFileSync(file, Buffer.concat([part, ...[1, 2].map(() => part.subarray(FLV_HEADER_BYTES))]));
    const { times, seams, notices } = await play(file);
    expect(times).toEqual(even(450));
    expect(seams).toEqual([6000, 12_000]);
    expect(notices).toEqual([
      'joined.flv: its timestamps go back by 6.0 s at frame 150 (6.0 s); media time goes on at the frame rate',
    ]);
    const tenth = await play(file, { every: 10 });
    expect([tenth.times, tenth.seams]).toEqual([even(45, 400), [6000, 12_000]]);
  });

  it('begin again in MPEG-TS, where ffmpeg would hide it, shows the seam', async () => {
    const part = readFileSync(film('part.ts', 'T'));
    const file = path.join(temporaryFolder(), 'joined.ts');
    writeFileSync(file, Buffer.concat([part, part]));
    const { times, seams } = await play(file);
    expect([times.slice(0, 299), seams]).toEqual([even(299), [6000]]);
  });

  it.each(['mkv', 'mp4', 'ts'])(
    'stand still half-way, as a muxer stores a clock that was set back: %s',
    async (container) => {
      // The muxer itself makes steps of its smallest unit of what goes back.
      const { times, seams, notices } = await play(
        film(`set.${container}`, 'if(lt(N,100),T,3.96+(N-99)/90000)'),
      );
      expect(times).toEqual(even(150));
      expect(seams).toHaveLength(1);
      expect(notices).toEqual([expect.stringContaining('its timestamps stand still at frame 100 (4.0 s)')]);
    },
  );

  it.each(['mkv', 'mp4', 'ts', 'flv'])('tick in whole seconds has even times: %s', async (container) => {
    const { times, notices } = await play(film(`seconds.${container}`, 'floor(T)'));
    expect(times).toHaveLength(150);
    for (const [index, time] of times.entries()) expect(Math.abs(time - index * 40)).toBeLessThan(250);
    for (let i = 1; i < 150; i++) expect(times[i]).toBeGreaterThan(times[i - 1]);
    expect(notices).toHaveLength(1);
  });

  it('are hours off now and then leaves those out', async () => {
    const { times, seams, notices } = await play(restamped(film('wild.flv', 'T'), 29, 9_000_000));
    expect(times).toEqual(even(150));
    expect(seams).toEqual([]);
    expect(notices).toEqual([
      'wild.flv: a timestamp is 9000.0 s off at frame 29 (1.2 s); media time goes on at the frame rate',
    ]);
  });

  it('have no even pace keeps every one to the millisecond', async () => {
    const file = film('variable.mkv', 'T+0.013*mod(N,3)+if(gte(N,100),10)');
    const exact = even(150).map((ms, n) => ms + 13 * (n % 3) + (n >= 100 ? 10_000 : 0));
    expect(await play(file)).toEqual({ times: exact, seams: [], notices: [] });
  });
});
