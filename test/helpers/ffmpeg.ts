import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
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

/** A clip with five frames per second, in a folder of its own: the same people at the same times for less work. @returns its path */
export function sparse(clip: string): string {
  const file = path.join(temporaryFolder(), path.basename(clip));
  ffmpeg('-i', clip, '-r', '5', '-c:v', 'libx264', '-preset', 'ultrafast', '-an', file);
  return file;
}

/** The beginning of a clip, as it is, in a folder of its own. @returns its path */
export function beginningOf(clip: string, seconds: number): string {
  const file = path.join(temporaryFolder(), path.basename(clip));
  ffmpeg('-i', clip, '-t', String(seconds), '-c', 'copy', file);
  return file;
}
