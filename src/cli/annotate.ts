import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { describeError, describeFileError, SpotterError } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import { encode } from '../video/ffmpeg.js';
import { frameModeOption } from '../video/ffmpegVersion.js';
import { FILE_ONLY, fileInput } from '../video/info.js';
import { type Rotation, TURNS } from '../video/rotation.js';
import type { VideoStream } from '../video/streamChoice.js';
import { assHead, assMark, type Mark } from './ass.js';
import { checkOutputPlace } from './outputFile.js';
import { temporaryFolder } from './temporaryFolder.js';

/** How long the last marks stay if the recording has a single frame, ms. */
const LAST_MS = 40;
const SCRIPT = 'marks.ass';
const TRIAL_SCRIPT = 'trial.ass';
/** Encoders take no odd sizes of this format. */
const EVEN = 'format=yuv420p,pad=ceil(iw/2)*2:ceil(ih/2)*2';
/** What becomes of the sound, the best first: it stays as it was, is encoded as the format wants it, or is left out. */
const SOUNDS = [['-map', '0:a?', '-c:a', 'copy'], ['-map', '0:a?'], []] as const;

/** The picture of a recording that is scanned. */
export interface ScannedPicture {
  stream: VideoStream;
  /** How it is turned. */
  rotate: Rotation;
}

/**
 * A copy of a recording with marks drawn into it; every frame keeps its timestamp. The marks are collected while the
 * recording is scanned and drawn at the end. The copy gets its name only once it is complete.
 */
export class AnnotatedCopy {
  readonly #input: string;
  readonly #output: string;
  readonly #folder: string;
  readonly #script: number;
  #sound: readonly string[] = SOUNDS[0];
  #size: Size | undefined;
  #waiting: { timeMs: number; marks: readonly Mark[] } | undefined;
  #intervalMs = LAST_MS;
  /** Why the marks could not be kept. */
  #fault: SpotterError | null = null;

  /**
   * @param force replace an existing file
   * @throws SpotterError usage: the copy would replace the recording or, without `force`, another file; no file can be
   * written there; its name has no extension
   */
  constructor(input: string, output: string, force: boolean) {
    if (existsSync(output) && existsSync(input) && realpathSync(output) === realpathSync(input))
      throw new SpotterError('usage', `--annotate ${output} is the recording itself; choose another name`);
    const extension = path.extname(output);
    if (extension === '')
      throw new SpotterError(
        'usage',
        `--annotate ${output} has no extension; add .mp4 or .mkv to choose the format`,
      );
    checkOutputPlace(output, null, { what: 'annotated video', example: `out${extension}` });
    if (existsSync(output) && !force)
      throw new SpotterError(
        'usage',
        `--annotate ${output} already exists; choose another name, or add --force`,
      );
    this.#input = input;
    this.#output = path.resolve(output);
    this.#folder = temporaryFolder('annotate');
    this.#script = openSync(path.join(this.#folder, SCRIPT), 'w', 0o600);
  }

  /** Adds the marks of a frame; they stay until the next frame. @param timeMs media time, ms */
  add(timeMs: number, size: Size, marks: readonly Mark[]): void {
    if (!this.#size) this.#append(assHead(size));
    this.#size ??= { width: size.width, height: size.height };
    const before = this.#waiting;
    if (before && timeMs > before.timeMs) this.#intervalMs = timeMs - before.timeMs;
    this.#flush(timeMs);
    this.#waiting = { timeMs, marks };
  }

  /**
   * Finds out how the copy can be written, before the work for it is done: writes two empty frames and a second of the sound.
   *
   * @returns whether the sound comes along, if there is any: not every format takes it
   * @throws SpotterError video.unwritable, interrupted
   */
  async prepare({ stream, rotate }: ScannedPicture, signal: AbortSignal): Promise<boolean> {
    const trial = path.join(this.#folder, `trial${path.extname(this.#output)}`);
    writeFileSync(path.join(this.#folder, TRIAL_SCRIPT), assHead(stream));
    const inputs = [
      { from: fileInput(this.#input), options: [...FILE_ONLY, '-t', '1'] },
      // In RGB: ffmpeg makes an odd size even otherwise.
      { from: `color=size=${stream.width}x${stream.height},format=rgb24`, options: ['-f', 'lavfi'] },
    ];
    let fault: unknown;
    for (const sound of SOUNDS) {
      this.#sound = sound;
      const outputOptions = [...(await this.#drawing('1:v', rotate, TRIAL_SCRIPT)), '-frames:v', '2'];
      try {
        await encode({ cwd: this.#folder, inputs, output: trial, outputOptions }, signal);
        this.#refuseParts(trial);
        return sound.length > 0;
      } catch (cause) {
        if (cause instanceof SpotterError) throw cause;
        fault = cause;
      }
    }
    const why = describeError(fault).replaceAll(trial, this.#output);
    throw this.#unwritable(
      `${why}; end the name with .mp4 or .mkv, and use an ffmpeg with libass and an H.264 encoder`,
      fault,
    );
  }

  /** Formats such as HLS are several files, which would not get their names together. @throws SpotterError video.unwritable */
  #refuseParts(trial: string): void {
    const expected = new Set([SCRIPT, TRIAL_SCRIPT, path.basename(trial)]);
    if (readdirSync(this.#folder).some((name) => !expected.has(name)))
      throw this.#unwritable('its format writes several files; end the name with .mp4 or .mkv');
  }

  /**
   * Draws the marks and writes the copy.
   *
   * @throws SpotterError video.unwritable, interrupted
   */
  async write({ stream, rotate }: ScannedPicture, signal: AbortSignal): Promise<void> {
    if (this.#waiting) this.#flush(this.#waiting.timeMs + this.#intervalMs);
    this.#waiting = undefined;
    if (this.#fault !== null) throw this.#fault;
    const { dir, ext } = path.parse(this.#output);
    // Without the name, in which ffmpeg would take %d for the number of a picture.
    const partial = path.join(dir, `.spotter-annotate.${process.pid}.partial${ext}`);
    const inputs = [{ from: fileInput(this.#input), options: FILE_ONLY }];
    try {
      const outputOptions = await this.#drawing(`0:V:${stream.number}`, rotate, SCRIPT);
      await encode({ cwd: this.#folder, inputs, output: partial, outputOptions }, signal);
      await rename(partial, this.#output);
    } catch (cause) {
      if (cause instanceof SpotterError) throw cause;
      throw this.#unwritable(describeError(cause), cause);
    } finally {
      rmSync(partial, { force: true });
    }
  }

  /** Deletes the temporary files; the copy stays. */
  close(): void {
    closeSync(this.#script);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** ffmpeg's options for the sound and a video stream with the marks of a script. */
  async #drawing(video: string, rotate: Rotation, script: string): Promise<string[]> {
    return [
      ...['-map', video],
      ...this.#sound,
      ...['-vf', [...TURNS[rotate], `ass=${script}`, EVEN].join(',')],
      ...[await frameModeOption(), 'passthrough'],
      '-y',
    ];
  }

  #unwritable(why: string, cause?: unknown): SpotterError {
    const reason = /no space left on device/i.test(why) ? 'the disk is full; free some space' : why;
    return new SpotterError('video.unwritable', `cannot write ${this.#output}: ${reason}`, { cause });
  }

  #flush(untilMs: number): void {
    const { timeMs, marks } = this.#waiting ?? { timeMs: untilMs, marks: [] };
    const lines = marks.map((mark) => assMark(mark, timeMs, untilMs)).join('');
    if (lines !== '') this.#append(lines);
  }

  /** A fault is thrown by {@link write}: the events of the scan are not lost for want of the copy. */
  #append(text: string): void {
    if (this.#fault !== null) return;
    try {
      writeSync(this.#script, text);
    } catch (cause) {
      const why = `its marks cannot be kept in ${this.#folder}: ${describeFileError(cause)}; free some space there, or set TMPDIR`;
      this.#fault = this.#unwritable(why, cause);
    }
  }
}
