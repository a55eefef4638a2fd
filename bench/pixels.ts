import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { throwIfInterrupted } from '../src/core/errors.js';
import { imageBytes } from '../src/image/colour.js';
import { planFit } from '../src/image/fit.js';
import type { Image } from '../src/image/image.js';
import { Letterbox } from '../src/image/letterbox.js';
import { probeFile } from '../src/video/info.js';
import { childrenCpuMs, median } from './statistics.js';

/** Cost per frame of one pixel format between ffmpeg and the detector, in ms of one core. */
export interface PixelRow {
  format: string;
  /** ffmpeg: convert and write, without decoding. */
  ffmpegMs: number;
  /** This process: read the pipe. */
  readMs: number;
  /** This process: fit the frame into the detector's input; null for formats that spotter does not support. */
  fitMs: number | null;
  totalMs: number | null;
}

const FORMATS = ['yuv420p', 'nv12', 'rgb24', 'bgr24'];
const FIT_RUNS = 40;
const NORMALISATION = { order: 'rgb', mean: [127.5, 127.5, 127.5], std: [128, 128, 128] } as const;

/**
 * Compares pixel formats for the pipe between ffmpeg and the workers on one clip.
 *
 * @param rounds runs per format; the result is their median
 * @throws SpotterError interrupted
 */
export async function measurePixels(
  clip: string,
  rounds: number,
  signal: AbortSignal,
): Promise<{ size: string; rows: PixelRow[] }> {
  const { size, frames } = await probeFile(clip);
  const costs = new Map(
    ['null', ...FORMATS].map((format) => [format, [] as { ffmpegMs: number; readMs: number }[]]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const [format, measured] of costs) {
      throwIfInterrupted(signal);
      measured.push(await pipeOnce(clip, format, frames ?? 1));
    }
  }
  const cost = (format: string, part: 'ffmpegMs' | 'readMs') =>
    median((costs.get(format) ?? []).map((measured) => measured[part]));
  const rows = FORMATS.map((format): PixelRow => {
    const ffmpegMs = cost(format, 'ffmpegMs') - cost('null', 'ffmpegMs');
    const readMs = cost(format, 'readMs') - cost('null', 'readMs');
    const fitMs =
      format === 'yuv420p' || format === 'rgb24' ? measureFit(format, size.width, size.height) : null;
    return { format, ffmpegMs, readMs, fitMs, totalMs: fitMs === null ? null : ffmpegMs + readMs + fitMs };
  });
  return { size: `${size.width}x${size.height}`, rows };
}

/** Decodes the clip once into a pipe and discards the frames. @param format "null": decode only. @returns CPU time per frame */
async function pipeOnce(
  clip: string,
  format: string,
  frames: number,
): Promise<{ ffmpegMs: number; readMs: number }> {
  const output = format === 'null' ? ['-f', 'null', '-'] : ['-f', 'rawvideo', '-pix_fmt', format, 'pipe:1'];
  const childrenBefore = childrenCpuMs();
  const before = process.cpuUsage();
  const ffmpeg = process.env.FFMPEG_PATH || 'ffmpeg';
  const child = spawn(ffmpeg, ['-loglevel', 'error', '-i', clip, '-map', '0:V:0', ...output], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.on('data', () => {});
  await once(child, 'close');
  const { user, system } = process.cpuUsage(before);
  return { ffmpegMs: (childrenCpuMs() - childrenBefore) / frames, readMs: (user + system) / 1000 / frames };
}

function measureFit(format: 'yuv420p' | 'rgb24', width: number, height: number): number {
  const pixels = new Uint8Array(new SharedArrayBuffer(imageBytes(format, width, height)));
  for (let i = 0; i < pixels.length; i++) pixels[i] = 128 + 60 * Math.sin(i / 37);
  const image: Image = { width, height, format, colour: { matrix: 'bt709', fullRange: false }, pixels };
  const fit = planFit(image, { kind: 'dynamic', longestSide: 640 });
  const letterbox = new Letterbox(NORMALISATION);
  const times = Array.from({ length: FIT_RUNS }, () => {
    const start = performance.now();
    letterbox.draw(image, fit);
    return performance.now() - start;
  });
  return median(times);
}
