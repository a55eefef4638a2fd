import { closeSync, existsSync, mkdtempSync, openSync, realpathSync, rmSync, writeSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeError, SpotterError } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import { encode } from '../video/ffmpeg.js';
import { frameModeOption } from '../video/ffmpegVersion.js';
import { FILE_ONLY, fileInput } from '../video/info.js';
import { assHead, assMark, type Mark } from './ass.js';

/** How long the last marks stay when nothing tells, ms. */
const LAST_MS = 40;
const SCRIPT = 'marks.ass';

/**
 * A copy of a recording with marks drawn into it, each picture at its own time. The marks are collected while the
 * recording is scanned and drawn in the end; the copy has its name only once it is whole.
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
   * @param force write over a file that is there
   * @throws SpotterError usage when the copy would take the place of the recording, or of another file
   */
  constructor(input: string, output: string, force: boolean) {
    if (existsSync(output) && existsSync(input) && realpathSync(output) === realpathSync(input))
      throw new SpotterError('usage', `--annotate ${output} is the recording itself; give another name`);
    if (existsSync(output) && !force)
      throw new SpotterError('usage', `--annotate ${output} exists; give another name, or --force`);
    if (!existsSync(path.dirname(path.resolve(output))))
      throw new SpotterError(
        'usage',
        `--annotate ${output} is in a folder that does not exist; make it first`,
      );
    if (path.extname(output) === '')
      throw new SpotterError(
        'usage',
        `--annotate ${output} has no ending; .mp4 or .mkv says what it is to be`,
      );
    this.#input = input;
    this.#output = path.resolve(output);
    this.#folder = mkdtempSync(path.join(tmpdir(), 'spotter-annotate-'));
    this.#script = openSync(path.join(this.#folder, SCRIPT), 'w', 0o600);
  }

  /** Marks that stay until the next picture. */
  add(timeMs: number, size: Size, marks: readonly Mark[]): void {
    if (!this.#size) writeSync(this.#script, assHead(size));
    this.#size ??= { width: size.width, height: size.height };
    const before = this.#waiting;
    if (before && timeMs > before.timeMs) this.#intervalMs = timeMs - before.timeMs;
    this.#flush(timeMs);
    this.#waiting = { timeMs, marks };
  }

  /** Draws and writes the copy. @throws SpotterError video.unwritable, interrupted */
  async write(signal: AbortSignal): Promise<void> {
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
            ...['-map', '0:V:0', '-map', '0:a?', '-c:a', 'copy', '-vf', `ass=${SCRIPT},format=yuv420p`],
            ...[await frameModeOption(), 'passthrough', '-y'],
          ],
        },
        signal,
      );
      await rename(partial, this.#output);
    } catch (cause) {
      if (cause instanceof SpotterError) throw cause;
      const message = `${this.#output} could not be written: ${describeError(cause)}`;
      throw new SpotterError('video.unwritable', message, { cause });
    } finally {
      rmSync(partial, { force: true });
    }
  }

  /** Lets go of everything but the copy. */
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
