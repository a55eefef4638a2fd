import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SpotterError } from '../core/errors.js';

let version: Promise<[major: number, minor: number]> | undefined;

/** The installed ffmpeg's version; a build from git counts as the one its libraries belong to. @throws SpotterError ffmpeg.missing */
export function ffmpegVersion(): Promise<[major: number, minor: number]> {
  version ??= readVersion();
  return version;
}

async function readVersion(): Promise<[major: number, minor: number]> {
  try {
    const { stdout } = await promisify(execFile)(process.env.FFMPEG_PATH || 'ffmpeg', ['-version']);
    return versionIn(stdout);
  } catch (cause) {
    throw missing('ffmpeg', cause);
  }
}

/**
 * What `ffmpeg -version` says. A build from git has a commit for a version, but libavutil has counted along since
 * ffmpeg 4 (its 56); 5.1 came with its 57.28.
 */
export function versionIn(text: string): [major: number, minor: number] {
  const release = /^ffmpeg version n?(\d+)\.(\d+)/.exec(text);
  if (release) return [Number(release[1]), Number(release[2])];
  const library = /^libavutil\s+(\d+)\.\s*(\d+)/m.exec(text);
  if (!library) return [Number.POSITIVE_INFINITY, 0];
  const [major, minor] = [Number(library[1]) - 52, Number(library[2])];
  return [major, major === 5 && minor >= 28 ? 1 : 0];
}

/** The option that keeps every frame with its own time: `-vsync` until 5.0, `-fps_mode` since. */
export async function frameModeOption(): Promise<string> {
  const [major, minor] = await ffmpegVersion();
  return major > 5 || (major === 5 && minor >= 1) ? '-fps_mode' : '-vsync';
}

/** The error for a tool that is not installed, `ffmpeg` or `ffprobe`. */
export function missing(tool: 'ffmpeg' | 'ffprobe', cause: unknown): SpotterError {
  const variable = tool === 'ffmpeg' ? 'FFMPEG_PATH' : 'FFPROBE_PATH';
  return new SpotterError(
    'ffmpeg.missing',
    `${tool} was not found: install ffmpeg (Debian: apt-get install ffmpeg) or set ${variable} to it`,
    { cause },
  );
}
