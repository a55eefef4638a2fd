import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { needsSeeking, PipedRecording } from '../../src/video/pipedRecording.js';
import { ffmpeg } from '../helpers/ffmpeg.js';
import { demoClip } from '../helpers/paths.js';
import { play, source } from '../helpers/recording.js';
import { temporaryFolder } from '../helpers/temporary.js';

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A second of a test pattern. */
function recording(name: string, ...options: string[]): string {
  const file = path.join(temporaryFolder(), name);
  ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=10:duration=1', ...options, file);
  return file;
}

describe('PipedRecording', () => {
  it('gives every byte again, however much of it was looked at', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const piped = new PipedRecording(chunksOf(bytes, 10_000));
    expect((await piped.peek()).equals(bytes.subarray(0, 70_000))).toBe(true);
    for (let probes = 0; probes < 2; probes++) {
      const probing = piped.probed();
      for await (const _ of probing) break;
      expect(probing.destroyed).toBe(true);
    }
    expect((await buffer(piped.probed())).equals(bytes)).toBe(true);
    expect((await buffer(piped.whole())).equals(bytes)).toBe(true);
  });

  it('ends where its pipe breaks', async () => {
    const broken = async function* () {
      yield new Uint8Array([1, 2]);
      throw new Error('read EIO');
    };
    expect([...(await buffer(new PipedRecording(broken()).whole()))]).toEqual([1, 2]);
  });
});

describe('FileSource of a pipe', () => {
  it('gives the frames of the same recording as a file', async () => {
    const file = recording('clip.mkv');
    const piped = new PipedRecording(chunksOf(readFileSync(file), 1000));
    const seen = await play(file, { piped });
    expect(seen.times).toHaveLength(10);
    expect(seen).toEqual(await play(file));
  });

  it('gives every picture of a sequence of images, and none of a single one', async () => {
    const file = path.join(temporaryFolder(), 'frames.mjpeg');
    ffmpeg('-i', demoClip, '-frames:v', '10', '-vf', 'scale=640:-2', '-c:v', 'mjpeg', file);
    const bytes = readFileSync(file);
    expect(await play('stdin', { piped: new PipedRecording(chunksOf(bytes, 1000)) })).toEqual(
      await play(file),
    );
    const first = bytes.subarray(0, bytes.indexOf(Buffer.from([0xff, 0xd9])) + 2);
    const single = new PipedRecording(chunksOf(first, 1000));
    await expect(source('stdin', { piped: single }).open()).rejects.toThrow('stdin is a single picture');
  });

  it.each([
    ['', 'stdin is empty; pipe a recording into spotter'],
    ['no video\n', 'stdin is not a video that ffmpeg can read'],
    ['#EXTM3U\nhttp://host/x.ts\n', 'stdin is a playlist, not a recording'],
  ])('refuses %j', async (text, message) => {
    const piped = new PipedRecording(chunksOf(Buffer.from(text), 100));
    await expect(source('stdin', { piped }).open()).rejects.toThrow(message);
  });
});

describe('needsSeeking', () => {
  it('is true for an MP4 with its index at the end only', () => {
    const head = (file: string) => readFileSync(file).subarray(0, 65_536);
    expect(needsSeeking(head(recording('a.mp4')))).toBe(true);
    expect(needsSeeking(head(recording('b.mp4', '-movflags', '+faststart')))).toBe(false);
    expect(needsSeeking(head(recording('c.mkv')))).toBe(false);
  });

  it('ends for boxes of any size', () => {
    const box = (size: number, type: string) => {
      const bytes = Buffer.alloc(16);
      bytes.writeUInt32BE(size);
      bytes.write(type, 4, 'latin1');
      return bytes;
    };
    for (const size of [0, 1, 7, 16, 0xffffffff])
      expect(needsSeeking(Buffer.concat([box(size, 'free'), box(16, 'moov')]))).toBe(false);
    expect(needsSeeking(Buffer.concat([box(16, 'free'), box(0, 'mdat')]))).toBe(true);
    expect(needsSeeking(Buffer.alloc(0))).toBe(false);
  });
});
