import { type ChildProcess, execFile } from 'node:child_process';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import ffmpeg from 'fluent-ffmpeg';
import { hasErrno, SpotterError } from '../errors.js';

/** How a decoder is to be started. */
export interface DecodeCommand {
  input: string;
  inputOptions: string[];
  /** Filters from the input's first real video stream to frames of one size and format, without labels. */
  filters: string[];
}

/** How a decoder ended. */
export interface DecodeEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What ffmpeg said on stderr, the last lines. */
  messages: string[];
}

const KEPT_MESSAGES = 20;
/** After SIGTERM, how long until SIGKILL. An ffmpeg whose output nobody reads ignores SIGTERM. */
const KILL_GRACE_MS = 2000;

/**
 * One ffmpeg process that turns a source into raw yuv420p frames. Raw video has no timestamps, so a second output of
 * the same filter graph writes each frame's on stderr, a line a frame.
 *
 * fluent-ffmpeg builds and starts the process; from then on the process is ours. Its own `kill` leaks a process when
 * called before the start, and its `error` event fires for a normal end.
 */
export class Decoder {
  /** Resolves, never rejects, when the process is gone and all its output has been read. */
  readonly ended: Promise<DecodeEnd>;
  readonly #messages: string[] = [];
  #process: ChildProcess | undefined;
  #killed = false;

  /**
   * @param frames receives the bytes of the frames; its back-pressure stops ffmpeg
   * @param onTimestamp called once a frame, in order: media time in ms, 0 at the source's beginning
   */
  constructor(
    command: DecodeCommand,
    modeOption: string,
    frames: Writable,
    onTimestamp: (ms: number) => void,
  ) {
    const run = ffmpeg({ stdoutLines: KEPT_MESSAGES })
      .input(command.input)
      .inputOptions(['-hide_banner', '-nostats', '-loglevel', 'level+error', ...command.inputOptions])
      .complexFilter(`[0:V:0]${[...command.filters, 'split'].join(',')}[frames][clock]`)
      .output(frames, { end: true })
      .outputOptions(['-map', '[frames]', modeOption, 'passthrough', '-f', 'rawvideo'])
      .output('pipe:2')
      .outputOptions(['-map', '[clock]', modeOption, 'passthrough', '-c:v', 'wrapped_avframe'])
      .outputOptions(['-flush_packets', '1', '-f', 'mkvtimestamp_v2']);
    this.ended = new Promise((resolve) => {
      run.on('stderr', (line: string) => this.#read(line, onTimestamp));
      run.on('start', () => {
        const child = (run as unknown as { ffmpegProc: ChildProcess }).ffmpegProc;
        this.#process = child;
        child.once('close', (code, signal) => resolve({ code, signal, messages: this.#messages }));
        if (this.#killed) this.kill();
      });
      run.on('error', (error: Error) => {
        // Without a process nothing else will tell; with one, its `close` does.
        if (this.#process) return;
        resolve({ code: null, signal: null, messages: [error.message] });
      });
    });
    run.run();
  }

  /** Ends the process: closes its pipes, asks it to end, then makes it. Safe at any time and twice. */
  kill(): void {
    this.#killed = true;
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.stdout?.destroy();
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_GRACE_MS);
    child.once('exit', () => clearTimeout(timer));
  }

  #read(line: string, onTimestamp: (ms: number) => void): void {
    if (/^-?\d+$/.test(line)) onTimestamp(Number(line));
    else if (line !== '' && !line.startsWith('#')) {
      this.#messages.push(line.replace(/^(\[[^\]]* @ 0x[0-9a-f]+\] )?\[(error|fatal|panic)\] /, '$1'));
      if (this.#messages.length > KEPT_MESSAGES) this.#messages.shift();
    }
  }
}

/** What ffprobe says of a source: streams with their numbers, unchecked. */
export async function probe(input: string, options: string[]): Promise<ffmpeg.FfprobeData> {
  try {
    return await new Promise((resolve, reject) => {
      ffmpeg.ffprobe(input, ['-v', 'error', ...options], (error, data) =>
        error ? reject(error) : resolve(data),
      );
    });
  } catch (error) {
    if (hasErrno(error, 'ENOENT') || (error instanceof Error && error.message === 'Cannot find ffprobe')) {
      throw missing('ffprobe', error);
    }
    throw error;
  }
}

let version: Promise<[major: number, minor: number]> | undefined;

/** The installed ffmpeg's version; a build from git counts as newest. @throws SpotterError ffmpeg.missing */
export function ffmpegVersion(): Promise<[major: number, minor: number]> {
  version ??= readVersion();
  return version;
}

async function readVersion(): Promise<[major: number, minor: number]> {
  try {
    const { stdout } = await promisify(execFile)(process.env.FFMPEG_PATH || 'ffmpeg', ['-version']);
    const match = /^ffmpeg version n?(\d+)\.(\d+)/.exec(stdout);
    return match ? [Number(match[1]), Number(match[2])] : [Number.POSITIVE_INFINITY, 0];
  } catch (cause) {
    throw missing('ffmpeg', cause);
  }
}

/** The option that keeps every frame with its own time: `-vsync` until 5.0, `-fps_mode` since. */
export async function frameModeOption(): Promise<string> {
  const [major, minor] = await ffmpegVersion();
  return major > 5 || (major === 5 && minor >= 1) ? '-fps_mode' : '-vsync';
}

function missing(tool: string, cause: unknown): SpotterError {
  const variable = tool === 'ffmpeg' ? 'FFMPEG_PATH' : 'FFPROBE_PATH';
  return new SpotterError(
    'ffmpeg.missing',
    `${tool} was not found: install ffmpeg (Debian: apt-get install ffmpeg) or set ${variable} to it`,
    { cause },
  );
}
