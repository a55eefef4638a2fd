import type { SpotterError } from '../../src/core/errors.js';
import { FileSource, type FileSourceOptions } from '../../src/video/fileSource.js';
import { ffmpeg } from './ffmpeg.js';
import { lumaAt } from './live.js';

/** Arguments for a small H.264 file. */
export const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

/** A recording with few frames in memory, unless a test wants something else. */
export function source(file: string, options: Partial<FileSourceOptions> = {}): FileSource {
  return new FileSource({
    cameraId: 'test',
    file,
    maxWidth: 3840,
    slots: 3,
    every: 1,
    realtime: false,
    loop: false,
    ...options,
  });
}

/** What came of a recording. */
export interface Seen {
  times: number[];
  sizes: string[];
  /** Luma of the middle of each frame. */
  middles: number[];
}

/** Plays a recording to its end. */
export async function play(file: string, options: Partial<FileSourceOptions> = {}): Promise<Seen> {
  const seen: Seen = { times: [], sizes: [], middles: [] };
  for await (const frame of source(file, options).frames()) {
    const { width, height } = frame.image;
    seen.times.push(frame.mediaTimeMs);
    seen.sizes.push(`${width}x${height}`);
    seen.middles.push(lumaAt(frame, 0.5, 0.5));
    frame.release();
  }
  return seen;
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<SpotterError> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error,
  );
}

/** A clip whose every frame is brighter than the one before. */
export function brightening(file: string, frames: number, size = '64x48', ...output: string[]): void {
  const { length } = { length: frames };
  ffmpeg(
    '-f',
    'lavfi',
    '-i',
    `color=black:size=${size}:rate=25,geq=lum='16+N*4':cb=128:cr=128`,
    '-frames:v',
    String(length),
    ...x264,
    '-qp',
    '1',
    ...output,
    file,
  );
}
