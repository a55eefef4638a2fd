import type { ChildProcess } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import { hasErrno, SpotterError } from '../core/errors.js';
import { missing } from './ffmpegVersion.js';

/** How a decoder is to be started. */
export interface DecodeCommand {
  /** What ffmpeg opens, or a script that it reads on stdin: what is in a script is not in the process list. */
  input: string | { script: string };
  inputOptions: string[];
  /** Filters from the input's first real video stream to frames of one size and format, without labels. */
  filters: string[];
  /** Bare pictures, or with a header that tells their size. */
  format: 'rawvideo' | 'yuv4mpegpipe';
  /** The least important messages wanted. */
  logLevel: 'error' | 'info';
}

/** What a decoder tells while it runs. */
export interface DecodeListener {
  /** Once a frame, in order: media time in ms, 0 at the source's beginning. */
  onTimestamp(ms: number): void;
  onMessage?(message: DecodeMessage): void;
  /** A process that is ours, and that it has ended. */
  onProcess?(pid: number, running: boolean): void;
}

export interface DecodeMessage {
  level: 'panic' | 'fatal' | 'error' | 'warning' | 'info';
  /** Behind the name of the part of ffmpeg that speaks, where there is one: `rtsp: method DESCRIBE failed`. */
  text: string;
}

/** How a decoder ended. */
export interface DecodeEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What ffmpeg said of warnings and worse, the last lines. May hold credentials. */
  messages: string[];
}

const KEPT_MESSAGES = 20;
/** After SIGTERM, how long until SIGKILL. An ffmpeg whose output nobody reads ignores SIGTERM. */
const KILL_GRACE_MS = 2000;

/**
 * One ffmpeg process that turns a source into yuv420p frames. Neither raw video nor YUV4MPEG has timestamps, so a second
 * output of the same filter graph writes each frame's on stderr, a line a frame.
 *
 * fluent-ffmpeg builds and starts the process; from then on the process is ours. Its own `kill` leaks a process when
 * called before the start, and its `error` event fires for a normal end.
 */
export class Decoder {
  /** Resolves, never rejects, when the process is gone and all its output has been read. */
  readonly ended: Promise<DecodeEnd>;
  readonly #listener: DecodeListener;
  readonly #messages: string[] = [];
  #process: ChildProcess | undefined;
  #killed = false;

  /** @param frames receives the bytes of the frames; its back-pressure stops ffmpeg */
  constructor(command: DecodeCommand, modeOption: string, frames: Writable, listener: DecodeListener) {
    this.#listener = listener;
    const { input } = command;
    const run = unchecked({ stdoutLines: KEPT_MESSAGES })
      .input(typeof input === 'string' ? input : Readable.from([input.script]))
      .inputOptions([
        ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', `level+${command.logLevel}`],
        ...command.inputOptions,
      ])
      .complexFilter(`[0:V:0]${[...command.filters, 'split'].join(',')}[frames][clock]`)
      .output(frames, { end: true })
      .outputOptions(['-map', '[frames]', modeOption, 'passthrough', '-f', command.format])
      .output('pipe:2')
      .outputOptions(['-map', '[clock]', modeOption, 'passthrough', '-c:v', 'wrapped_avframe'])
      .outputOptions(['-flush_packets', '1', '-f', 'mkvtimestamp_v2']);
    this.ended = new Promise((resolve) => {
      run.on('stderr', (line: string) => this.#read(line));
      run.on('start', () => {
        const child = (run as unknown as { ffmpegProc: ChildProcess }).ffmpegProc;
        this.#process = child;
        this.#announce(child);
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
    const again = this.#killed && this.#process?.killed;
    this.#killed = true;
    const child = this.#process;
    if (!child || again || child.exitCode !== null || child.signalCode !== null) return;
    child.stdin?.destroy();
    child.stdout?.destroy();
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_GRACE_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      // A wrapper script's own child may hold the pipe open, and `close` would wait for it.
      child.stderr?.destroy();
    });
  }

  #announce(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined) return;
    this.#listener.onProcess?.(pid, true);
    child.once('exit', () => this.#listener.onProcess?.(pid, false));
  }

  #read(line: string): void {
    const parsed = parseLine(line);
    if (parsed === null) return;
    if (typeof parsed === 'number') {
      this.#listener.onTimestamp(parsed);
      return;
    }
    if (parsed.level !== 'info') {
      this.#messages.push(parsed.text);
      if (this.#messages.length > KEPT_MESSAGES) this.#messages.shift();
    }
    this.#listener.onMessage?.(parsed);
  }
}

/**
 * A command without fluent-ffmpeg's look at what this ffmpeg can do. It misreads the formats of 7.1 and newer, whose devices
 * (`lavfi`, `v4l2`) then count as missing; what is really missing, ffmpeg says itself.
 */
function unchecked(options: ffmpeg.FfmpegCommandOptions): ffmpeg.FfmpegCommand {
  return Object.assign(ffmpeg(options), { _checkCapabilities: (checked: () => void) => checked() });
}

/**
 * A line of stderr: a timestamp in ms, a message, or null for what is neither. ffmpeg writes a message in pieces, so a
 * timestamp may land behind a message's beginning.
 */
export function parseLine(line: string): number | DecodeMessage | null {
  const [, parts = '', rest = ''] = /^((?:\[[^\]]*\] ?)*)(.*)$/.exec(line) ?? [];
  if (/^-?\d+$/.test(rest)) return Number(rest);
  const level = /\[(panic|fatal|error|warning|info)\] ?$/.exec(parts)?.[1];
  if (level === undefined) return null;
  const speaker = /\[([^\]@]*) @ 0x[0-9a-f]+\]/.exec(parts)?.[1];
  const text = `${speaker === undefined ? '' : `${speaker}: `}${rest.trimEnd()}`;
  return { level: level as DecodeMessage['level'], text };
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

/** One file to be made out of another. */
export interface EncodeCommand {
  /** Where relative paths of filters begin. */
  cwd: string;
  input: string;
  inputOptions: string[];
  output: string;
  outputOptions: string[];
}

/** Runs ffmpeg from one file to another. @throws SpotterError interrupted; Error with what ffmpeg said */
export function encode(command: EncodeCommand, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const interrupted = () =>
      new SpotterError('interrupted', 'interrupted while the video was being written');
    if (signal.aborted) return reject(interrupted());
    let fault: string | undefined;
    const run = unchecked({ cwd: command.cwd, stdoutLines: KEPT_MESSAGES })
      .input(command.input)
      .inputOptions(['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'error', ...command.inputOptions])
      .output(command.output)
      .outputOptions(command.outputOptions);
    let child: ChildProcess | undefined;
    const stop = () => {
      child?.kill('SIGTERM');
      setTimeout(() => child?.kill('SIGKILL'), KILL_GRACE_MS).unref();
    };
    run.on('stderr', (line: string) => {
      // The first one says why; those that follow, that therefore nothing could be done.
      fault ??= line.replace(/^\[[^\]]*\] /, '').trim() || undefined;
    });
    run.on('start', () => {
      child = (run as unknown as { ffmpegProc: ChildProcess }).ffmpegProc;
      signal.addEventListener('abort', stop, { once: true });
      child.once('close', (code) => {
        signal.removeEventListener('abort', stop);
        if (signal.aborted) reject(interrupted());
        else if (code === 0) resolve();
        else reject(new Error(fault ?? `ffmpeg ended with code ${code}`));
      });
    });
    run.on('error', (error: Error) => {
      // With a process, its `close` tells.
      if (!child) reject(error);
    });
    run.run();
  });
}
