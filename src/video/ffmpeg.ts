import type { ChildProcess } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import ffmpeg from 'fluent-ffmpeg';
import { SpotterError } from '../core/errors.js';
import { type DecodeMessage, parseLine } from './ffmpegMessage.js';
import { startFault } from './ffmpegVersion.js';
import { parseStamp, type Stamp, UNTIMED } from './stamps.js';
import { startable } from './startable.js';
import { parseShown } from './stillFrames.js';

/** How to start a decoder. */
export interface DecodeCommand {
  /** The input, or what ffmpeg reads on stdin: a recording, or a script, whose content does not appear in the process list. */
  input: string | { script: string } | { stream: Readable };
  inputOptions: string[];
  /** Which video stream, from 0; cover pictures are not counted. */
  stream: number;
  /**
   * Filters from the video stream to frames of one size and format, without labels at the ends. They print each
   * frame's timestamp; see stamps.ts.
   */
  filters: string[];
  /** Frames without a header, or with a header that gives their size. */
  format: 'rawvideo' | 'yuv4mpegpipe';
  /** The lowest level of messages to report. */
  logLevel: 'error' | 'info';
}

/** Receives what a decoder reports while it runs. */
export interface DecodeListener {
  /** Called once per frame, in order. */
  onStamp(stamp: Stamp): void;
  /** Called with the number of each frame that the filters of stillFrames.ts show. */
  onShown?(number: number): void;
  onMessage?(message: DecodeMessage): void;
  /** Called when the process has started (`running` true) and when it has ended. */
  onProcess?(pid: number, running: boolean): void;
}

/** How a decoder ended. */
export interface DecodeEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last warnings and errors, at most 20. May contain credentials. */
  messages: string[];
}

const KEPT_MESSAGES = 20;
/** From SIGTERM to SIGKILL. An ffmpeg whose output nobody reads ignores SIGTERM. */
const KILL_GRACE_MS = 2000;

/**
 * One ffmpeg process that decodes a source to yuv420p frames. Neither raw video nor YUV4MPEG has timestamps, so a filter
 * prints that of each frame on stderr, one line per frame: as the source has it, right or wrong.
 *
 * fluent-ffmpeg builds the command and starts the process; from then on this class owns the process. fluent-ffmpeg's own
 * `kill` leaks a process when called before the start, and its `error` event fires for a normal end.
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
    const run = startable(ffmpeg({ stdoutLines: KEPT_MESSAGES }))
      .input(
        typeof input === 'string' ? input : 'stream' in input ? input.stream : Readable.from([input.script]),
      )
      .inputOptions([
        '-nostdin',
        '-hide_banner',
        '-nostats',
        '-loglevel',
        `level+repeat+${command.logLevel}`,
        '-copyts',
        ...command.inputOptions,
      ])
      .complexFilter(`[0:V:${command.stream}]${[...command.filters, UNTIMED].join(',')}[frames]`)
      .output(frames, { end: true })
      .outputOptions(['-map', '[frames]', modeOption, 'passthrough', '-enc_time_base', '1:1000000'])
      .outputOptions(['-f', command.format]);
    this.ended = new Promise((resolve) => {
      run.on('stderr', (line: string) => this.#read(line));
      run.on('start', () => {
        const child = processOf(run);
        // A process that could not be started only emits `error`.
        if (child.pid === undefined) return;
        this.#process = child;
        this.#announce(child, child.pid);
        child.once('close', (code, signal) => resolve({ code, signal, messages: this.#messages }));
        if (this.#killed) this.kill();
      });
      run.on('error', (error: Error) => {
        // With a process, its `close` event reports the end.
        if (this.#process) return;
        resolve({ code: null, signal: null, messages: [startFault('ffmpeg', error).message] });
      });
    });
    run.run();
  }

  /** Ends the process: closes its pipes, sends SIGTERM, and SIGKILL after 2 s. Safe at any time and twice. */
  kill(): void {
    const again = this.#killed && this.#process?.killed;
    this.#killed = true;
    const child = this.#process;
    if (!child || again || child.exitCode !== null || child.signalCode !== null) return;
    child.stdin?.destroy();
    child.stdout?.destroy();
    terminate(child);
    child.once('exit', () => {
      // If ffmpeg is a wrapper script, its child may hold the pipe open, and `close` would wait for the child.
      child.stderr?.destroy();
    });
  }

  #announce(child: ChildProcess, pid: number): void {
    this.#listener.onProcess?.(pid, true);
    child.once('exit', () => this.#listener.onProcess?.(pid, false));
  }

  #read(line: string): void {
    const parsed = parseLine(line);
    if (parsed === null) return;
    const stamp = parseStamp(parsed);
    if (stamp) {
      this.#listener.onStamp(stamp);
      return;
    }
    const shown = parseShown(parsed);
    if (shown !== null) {
      this.#listener.onShown?.(shown);
      return;
    }
    if (parsed.level !== 'info') {
      this.#messages.push(parsed.text);
      if (this.#messages.length > KEPT_MESSAGES) this.#messages.shift();
    }
    this.#listener.onMessage?.(parsed);
  }
}

/** The process behind a command that has started; fluent-ffmpeg keeps it to itself. */
function processOf(command: ffmpeg.FfmpegCommand): ChildProcess {
  return (command as unknown as { ffmpegProc: ChildProcess }).ffmpegProc;
}

/** Sends SIGTERM, and SIGKILL when the process has not exited after {@link KILL_GRACE_MS}. */
function terminate(child: ChildProcess): void {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), KILL_GRACE_MS);
  child.once('exit', () => clearTimeout(timer));
}

/**
 * Runs ffprobe and returns its data unchecked.
 *
 * @param input an address, or what ffprobe reads on stdin
 *
 * @throws SpotterError ffmpeg.missing, ffmpeg.failed; any other error of ffprobe as it is
 */
export async function probe(input: string | Readable, options: string[]): Promise<ffmpeg.FfprobeData> {
  try {
    return await new Promise((resolve, reject) => {
      const command = startable(ffmpeg(input));
      command.on('error', reject);
      command.ffprobe(['-v', 'error', ...options], (error, data) => (error ? reject(error) : resolve(data)));
    });
  } catch (error) {
    throw isOfStart(error) ? startFault('ffprobe', error) : error;
  }
}

/** Whether an error is of a process that could not be started. */
function isOfStart(error: unknown): boolean {
  return error instanceof Error && ('syscall' in error || error.message === 'Cannot find ffprobe');
}

/** How to make one file from others. */
export interface EncodeCommand {
  /** Base of relative paths in filters. */
  cwd: string;
  inputs: readonly { from: string; options: readonly string[] }[];
  output: string;
  outputOptions: string[];
}

/**
 * Runs ffmpeg to make one file from others.
 *
 * @param signal ends ffmpeg
 * @throws SpotterError interrupted; Error with ffmpeg's first message
 */
export function encode(command: EncodeCommand, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const interrupted = () =>
      new SpotterError('interrupted', 'interrupted while the video was being written');
    if (signal.aborted) return reject(interrupted());
    let fault: string | undefined;
    const run = startable(ffmpeg({ cwd: command.cwd, stdoutLines: KEPT_MESSAGES }));
    for (const { from, options } of command.inputs) run.input(from).inputOptions([...options]);
    run
      .output(command.output)
      .outputOptions(['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'error'])
      .outputOptions(command.outputOptions);
    let child: ChildProcess | undefined;
    const stop = () => {
      if (child) terminate(child);
    };
    run.on('stderr', (line: string) => {
      // The first message gives the cause; the others follow from it.
      fault ??= line.replace(/^\[[^\]]*\] /, '').trim() || undefined;
    });
    run.on('start', () => {
      child = processOf(run);
      // A process that could not be started only emits `error`.
      if (child.pid === undefined) return;
      signal.addEventListener('abort', stop, { once: true });
      child.once('close', (code) => {
        signal.removeEventListener('abort', stop);
        if (signal.aborted) reject(interrupted());
        else if (code === 0) resolve();
        else reject(new Error(fault ?? `ffmpeg ended with code ${code}`));
      });
    });
    run.on('error', (error: Error) => {
      // With a process, its `close` event reports the end.
      if (child?.pid === undefined) reject(startFault('ffmpeg', error));
    });
    run.run();
  });
}
