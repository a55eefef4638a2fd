import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SpotterError } from '../core/errors.js';

const run = promisify(execFile);
const program = () => process.env.FFMPEG_PATH || 'ffmpeg';

let version: Promise<[major: number, minor: number]> | undefined;
let abilities: Promise<FfmpegAbilities> | undefined;

/** What the installed ffmpeg can do. */
export interface FfmpegAbilities {
  /** Major version. */
  major: number;
  /** Whether it refuses a playlist's segments by their extension unless `extension_picky` is off: 7.1.1, and patched older versions. */
  isPicky: boolean;
}

/**
 * Abilities of the installed ffmpeg, found out once.
 *
 * @throws SpotterError ffmpeg.missing
 */
export function ffmpegAbilities(): Promise<FfmpegAbilities> {
  abilities ??= Promise.all([ffmpegVersion(), hasPickyPlaylists()]).then(([[major], isPicky]) => ({
    major,
    isPicky,
  }));
  return abilities;
}

/**
 * Version of the installed ffmpeg, read once. A build from git has the version its libraries belong to.
 *
 * @throws SpotterError ffmpeg.missing
 */
export function ffmpegVersion(): Promise<[major: number, minor: number]> {
  version ??= readVersion();
  return version;
}

async function readVersion(): Promise<[major: number, minor: number]> {
  try {
    const { stdout } = await run(program(), ['-version']);
    return versionIn(stdout);
  } catch (cause) {
    throw missing('ffmpeg', cause);
  }
}

async function hasPickyPlaylists(): Promise<boolean> {
  try {
    const { stdout } = await run(program(), ['-hide_banner', '-h', 'demuxer=hls']);
    return stdout.includes('extension_picky');
  } catch {
    return false;
  }
}

/**
 * Parses the output of `ffmpeg -version`. A build from git shows a commit instead of a version, but libavutil's major
 * version has risen with ffmpeg's since ffmpeg 4 (libavutil 56); ffmpeg 5.1 came with 57.28. Infinity when unknown.
 */
export function versionIn(text: string): [major: number, minor: number] {
  const release = /^ffmpeg version n?(\d+)\.(\d+)/.exec(text);
  if (release) return [Number(release[1]), Number(release[2])];
  const library = /^libavutil\s+(\d+)\.\s*(\d+)/m.exec(text);
  if (!library) return [Number.POSITIVE_INFINITY, 0];
  const [major, minor] = [Number(library[1]) - 52, Number(library[2])];
  return [major, major === 5 && minor >= 28 ? 1 : 0];
}

/**
 * The option that sets how frames are timed: `-vsync` up to ffmpeg 5.0, `-fps_mode` since 5.1.
 *
 * @throws SpotterError ffmpeg.missing
 */
export async function frameModeOption(): Promise<string> {
  const [major, minor] = await ffmpegVersion();
  return major > 5 || (major === 5 && minor >= 1) ? '-fps_mode' : '-vsync';
}

/** The error for a tool that is not installed: ffmpeg.missing. */
export function missing(tool: 'ffmpeg' | 'ffprobe', cause: unknown): SpotterError {
  const variable = tool === 'ffmpeg' ? 'FFMPEG_PATH' : 'FFPROBE_PATH';
  return new SpotterError(
    'ffmpeg.missing',
    `${tool} was not found: install ffmpeg (Debian: apt-get install ffmpeg) or set ${variable} to its path`,
    { cause },
  );
}
