import { execFileSync } from 'node:child_process';

/** Runs the real ffmpeg quietly; fails the test with what it said. */
export function ffmpeg(...args: string[]): void {
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
