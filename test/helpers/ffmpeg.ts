import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.js';
import { temporaryFolder } from './temporary.js';

/** Runs the real ffmpeg quietly; fails the test with its output. */
export function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** The output of ffmpeg as bytes. @param name of the file it writes; the extension selects the format */
export function made(name: string, ...args: string[]): Buffer {
  const file = path.join(temporaryFolder(), name);
  ffmpeg(...args, file);
  return readFileSync(file);
}

/** Clips that every run of the tests can use again. */
const KEPT = path.join(root, 'node_modules/.cache/spotter-tests');

/**
 * A clip that is made once and then kept for all test files and later runs; do not change it.
 *
 * @param name of the file; the extension selects the format
 * @param args of ffmpeg, without the output
 * @param input a file that the arguments read
 * @returns its path
 */
export function keptClip(name: string, args: readonly string[], input?: string): string {
  const hash = createHash('sha256').update(JSON.stringify([name, args]));
  if (input !== undefined) hash.update(readFileSync(input));
  const file = path.join(KEPT, hash.digest('hex').slice(0, 16), name);
  if (existsSync(file)) return file;
  mkdirSync(path.dirname(file), { recursive: true });
  // Several test files may make it at once: each puts a whole file into place.
  const unfinished = path.join(mkdtempSync(`${path.dirname(file)}/`), name);
  ffmpeg(...args, unfinished);
  renameSync(unfinished, file);
  rmdirSync(path.dirname(unfinished));
  return file;
}

/** Every fifth frame of a clip, or every so many: the same people at the same times for less work. @returns its path */
export function sparse(clip: string, every = 5): string {
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-an'];
  return keptClip(path.basename(clip), ['-i', clip, '-vf', `framestep=${every}`, ...x264], clip);
}

/**
 * Somebody who walks up to a camera of 150x150 px, five frames per second: from a face of 20 px to one of 180, which the picture
 * cuts off.
 *
 * @param portrait 512 px wide, with a face of 120 px around 226, 117: that of Eileen Collins
 * @param seconds how long it takes
 * @returns its path
 */
export function walkUp(portrait: string, seconds: number): string {
  const width = `512*20*pow(9,t/${seconds})/120`;
  const still = (input: string[]) => ['-framerate', '5', '-t', String(seconds), ...input];
  const scale = `scale=w='trunc(${width}/2)*2':h=-2:eval=frame`;
  const place = "overlay=x='75-overlay_w*226/512':y='75-overlay_h*117/512':eval=frame";
  return keptClip(
    'walk.mp4',
    [
      ...['-f', 'lavfi', '-i', `color=0x607080:s=150x150:r=5:d=${seconds}`],
      ...still(['-loop', '1', '-i', portrait]),
      ...['-filter_complex', `[1]${scale}[face];[0][face]${place},format=yuv420p`],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '16'],
    ],
    portrait,
  );
}

/** Somebody who is there for two seconds, and then gone for longer than a track waits for its face. @returns its path */
export function comesAndGoes(portrait: string): string {
  const scene = 'scale=480:-2,tpad=stop_duration=2:color=gray,format=yuv420p';
  return keptClip(
    'comes-and-goes.mp4',
    ['-loop', '1', '-t', '2', '-r', '10', '-i', portrait, '-vf', scene, '-r', '10'],
    portrait,
  );
}

/** The beginning of a clip, as it is, in a folder of its own. @returns its path */
export function beginningOf(clip: string, seconds: number): string {
  const file = path.join(temporaryFolder(), path.basename(clip));
  ffmpeg('-i', clip, '-t', String(seconds), '-c', 'copy', file);
  return file;
}
