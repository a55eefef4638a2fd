import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describeError, hasErrno, SpotterError } from '../core/errors.js';

const answers = new Map<string, Promise<string>>();

/**
 * Asks the installed ffmpeg about itself. Asked the same again, it answers from memory; a failure is forgotten, because what
 * cannot be started now may be later.
 *
 * @returns what it prints
 * @throws SpotterError ffmpeg.missing, ffmpeg.failed
 */
export function askFfmpeg(...args: string[]): Promise<string> {
  const question = args.join(' ');
  const known = answers.get(question);
  if (known) return known;
  const answer = ask(args).catch((cause: unknown) => {
    answers.delete(question);
    throw startFault('ffmpeg', cause);
  });
  answers.set(question, answer);
  return answer;
}

async function ask(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.env.FFMPEG_PATH || 'ffmpeg', args);
  return stdout;
}

/** What the installed ffmpeg can do. */
export interface FfmpegAbilities {
  /** Major version. */
  major: number;
  /** Whether it refuses a playlist's segments by their extension unless `extension_picky` is off: 7.1.1, and patched older versions. */
  isPicky: boolean;
}

/**
 * Abilities of the installed ffmpeg.
 *
 * @throws SpotterError ffmpeg.missing, ffmpeg.failed
 */
export async function ffmpegAbilities(): Promise<FfmpegAbilities> {
  const [[major], playlists] = await Promise.all([
    ffmpegVersion(),
    // A build without HLS may fail to answer.
    askFfmpeg('-hide_banner', '-h', 'demuxer=hls').catch(() => ''),
  ]);
  return { major, isPicky: playlists.includes('extension_picky') };
}

/**
 * Version of the installed ffmpeg. A build from git has the version its libraries belong to.
 *
 * @throws SpotterError ffmpeg.missing, ffmpeg.failed
 */
export async function ffmpegVersion(): Promise<[major: number, minor: number]> {
  return versionIn(await askFfmpeg('-version'));
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
 * @throws SpotterError ffmpeg.missing, ffmpeg.failed
 */
export async function frameModeOption(): Promise<string> {
  const [major, minor] = await ffmpegVersion();
  return major > 5 || (major === 5 && minor >= 1) ? '-fps_mode' : '-vsync';
}

/** What to do when the system refuses to start a process, by its error code. */
const ADVICE: Record<string, string> = {
  EMFILE: 'raise the limit of open files (ulimit -n)',
  ENFILE: 'raise the limit of open files of the whole system (fs.file-max)',
  EAGAIN: 'raise the limit of processes (ulimit -u, or of the container)',
  ENOMEM: 'free memory',
};

/** The error for a tool that cannot be started: ffmpeg.missing when it is not installed, else ffmpeg.failed. */
export function startFault(tool: 'ffmpeg' | 'ffprobe', cause: unknown): SpotterError {
  const variable = tool === 'ffmpeg' ? 'FFMPEG_PATH' : 'FFPROBE_PATH';
  if (hasErrno(cause, 'ENOENT') || describeError(cause) === `Cannot find ${tool}`) {
    return new SpotterError(
      'ffmpeg.missing',
      `${tool} was not found: install ffmpeg (Debian: apt-get install ffmpeg) or set ${variable} to its path`,
      { cause },
    );
  }
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const advice = ADVICE[code] ?? `check the program, or set ${variable} to the path of another`;
  return new SpotterError('ffmpeg.failed', `${tool} cannot be started (${describeError(cause)}); ${advice}`, {
    cause,
  });
}
