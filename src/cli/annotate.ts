import { closeSync, existsSync, mkdtempSync, openSync, realpathSync, rmSync, writeSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeError, SpotterError } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import { encode } from '../video/ffmpeg.js';
import { frameModeOption } from '../video/ffmpegVersion.js';
import { FILE_ONLY, fileInput } from '../video/info.js';
import { type Rotation, TURNS } from '../video/rotation.js';
import { assHead, assMark, type Mark } from './ass.js';

/** How long the last marks stay if the recording has a single frame, ms. */
const LAST_MS = 40;
const SCRIPT = 'marks.ass';

/**
 * A copy of a recording with marks drawn into it; every frame keeps its timestamp. The marks are collected while the
 * recording is scanned and drawn at the end. The copy gets its name only once it is complete.
 */
export class AnnotatedCopy {
  readonly #input: string;
  readonly #output: string;
  readonly #folder: string;
  readonly #script: number;
  #size: Size | undefined;
  #waiting: { timeMs: number; marks: readonly Mark[] } | undefined;
  #intervalMs = LAST_MS;

  /**
   * @param force replace an existing file
   * @throws SpotterError usage: the copy would replace the recording or, without `force`, another file; its folder
   * does not exist; its name has no extension
   */
  constructor(input: string, output: string, force: boolean) {
    if (existsSync(output) && existsSync(input) && realpathSync(output) === realpathSync(input))
      throw new SpotterError('usage', `--annotate ${output} is the recording itself; choose another name`);
    if (existsSync(output) && !force)
      throw new SpotterError(
        'usage',
        `--annotate ${output} already exists; choose another name, or add --force`,
      );
    if (!existsSync(path.dirname(path.resolve(output))))
      throw new SpotterError(
        'usage',
        `--annotate ${output} is in a folder that does not exist; create it first`,
      );
    if (path.extname(output) === '')
      throw new SpotterError(
        'usage',
        `--annotate ${output} has no extension; add .mp4 or .mkv to choose the format`,
      );
    this.#input = input;
    this.#output = path.resolve(output);
    this.#folder = mkdtempSync(path.join(tmpdir(), 'spotter-annotate-'));
    this.#script = openSync(path.join(this.#folder, SCRIPT), 'w', 0o600);
  }

  /** Adds the marks of a frame; they stay until the next frame. @param timeMs media time, ms */
  add(timeMs: number, size: Size, marks: readonly Mark[]): void {
    if (!this.#size) writeSync(this.#script, assHead(size));
    this.#size ??= { width: size.width, height: size.height };
    const before = this.#waiting;
    if (before && timeMs > before.timeMs) this.#intervalMs = timeMs - before.timeMs;
    this.#flush(timeMs);
    this.#waiting = { timeMs, marks };
  }

  /**
   * Draws the marks and writes the copy.
   *
   * @param picture which video stream was scanned, and how its picture was turned
   * @throws SpotterError video.unwritable, interrupted
   */
  async write(picture: { stream: number; rotate: Rotation }, signal: AbortSignal): Promise<void> {
    if (this.#waiting) this.#flush(this.#waiting.timeMs + this.#intervalMs);
    this.#waiting = undefined;
    const { dir, name, ext } = path.parse(this.#output);
    const partial = path.join(dir, `.${name}.${process.pid}.partial${ext}`);
    try {
      await encode(
        {
          cwd: this.#folder,
          input: fileInput(this.#input),
          inputOptions: FILE_ONLY,
          output: partial,
          outputOptions: [
            '-map',
            `0:V:${picture.stream}`,
            '-map',
            '0:a?',
            '-c:a',
            'copy',
            '-vf',
            [...TURNS[picture.rotate], `ass=${SCRIPT}`, 'format=yuv420p'].join(','),
            await frameModeOption(),
            'passthrough',
            '-y',
          ],
        },
        signal,
      );
      await rename(partial, this.#output);
    } catch (cause) {
      if (cause instanceof SpotterError) throw cause;
      const message = `cannot write ${this.#output}: ${describeError(cause)}`;
      throw new SpotterError('video.unwritable', message, { cause });
    } finally {
      rmSync(partial, { force: true });
    }
  }

  /** Deletes the temporary files; the copy stays. */
  close(): void {
    closeSync(this.#script);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #flush(untilMs: number): void {
    const { timeMs, marks } = this.#waiting ?? { timeMs: untilMs, marks: [] };
    const lines = marks.map((mark) => assMark(mark, timeMs, untilMs)).join('');
    if (lines !== '') writeSync(this.#script, lines);
  }
}
