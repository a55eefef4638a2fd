import { Writable } from 'node:stream';
import { SpotterError } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import { imageBytes } from '../image/colour.js';

/** Bounds the memory that a wrong stream may take. */
const MAX_LINE_BYTES = 1024;
const NEWLINE = 10;

/** Receives the parts of a YUV4MPEG stream. An error that a callback throws is passed to `onFault`. */
export interface Y4mSink {
  /** Called once, before the first frame. */
  onSize(size: Size): void;
  /** Provides a buffer for the next frame, yuv420p of that size; null to skip the frame. */
  acquire(): Uint8Array | null;
  /** Called with each complete frame; null for a skipped one. */
  onFrame(pixels: Uint8Array | null): void;
  /** Called when the stream is not YUV4MPEG in yuv420p, or a callback has thrown. Nothing is read from then on. */
  onFault(error: unknown): void;
  /** Called with the buffer of a frame that was cut off by the end of the stream. */
  onRest(pixels: Uint8Array): void;
}

/**
 * Reads a YUV4MPEG2 stream (the format of mjpegtools, yuv4mpeg(5)): one header line with the size, then a line and the
 * pixels per frame. Applies no back-pressure.
 */
export class Y4mReader extends Writable {
  readonly #sink: Y4mSink;
  #line: number[] = [];
  #state: 'header' | 'line' | 'pixels' | 'fault' = 'header';
  #frameBytes = 0;
  #pixels: Uint8Array | null = null;
  #filled = 0;

  constructor(sink: Y4mSink) {
    // fluent-ffmpeg treats a "close" of the stream before the end of the process as a failure.
    super({ autoDestroy: false, emitClose: false, highWaterMark: 1 << 20 });
    this.#sink = sink;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    try {
      let offset = 0;
      while (offset < chunk.length && this.#state !== 'fault')
        offset = this.#state === 'pixels' ? this.#readPixels(chunk, offset) : this.#readLine(chunk, offset);
    } catch (error) {
      this.#state = 'fault';
      this.#sink.onFault(error);
    }
    done();
  }

  override _final(done: () => void): void {
    if (this.#pixels) this.#sink.onRest(this.#pixels);
    this.#pixels = null;
    done();
  }

  #readLine(chunk: Buffer, from: number): number {
    const found = chunk.indexOf(NEWLINE, from);
    const end = found < 0 ? chunk.length : found;
    if (this.#line.length + end - from > MAX_LINE_BYTES) throw malformed('line too long');
    this.#line.push(...chunk.subarray(from, end));
    if (found >= 0) {
      const line = String.fromCharCode(...this.#line);
      this.#line = [];
      if (this.#state === 'header') this.#takeHeader(line);
      else this.#takeFrameLine(line);
    }
    return end + 1;
  }

  #takeHeader(line: string): void {
    const [magic, ...fields] = line.split(' ');
    const field = (name: string) => fields.find((text) => text.startsWith(name))?.slice(1) ?? '';
    const [width, height] = [Number(field('W')), Number(field('H'))];
    const isPlanar420 = field('C') === '' || /^420(jpeg|mpeg2|paldv)?$/.test(field('C'));
    if (magic !== 'YUV4MPEG2' || !(width > 0 && height > 0) || !isPlanar420)
      throw malformed('invalid header');
    this.#frameBytes = imageBytes('yuv420p', width, height);
    this.#sink.onSize({ width, height });
    this.#state = 'line';
  }

  #takeFrameLine(line: string): void {
    if (!/^FRAME( |$)/.test(line)) throw malformed('no frame header where one was expected');
    this.#pixels = this.#sink.acquire();
    this.#filled = 0;
    this.#state = 'pixels';
  }

  #readPixels(chunk: Buffer, from: number): number {
    const length = Math.min(this.#frameBytes - this.#filled, chunk.length - from);
    this.#pixels?.set(chunk.subarray(from, from + length), this.#filled);
    this.#filled += length;
    if (this.#filled === this.#frameBytes) {
      const pixels = this.#pixels;
      this.#pixels = null;
      this.#state = 'line';
      this.#sink.onFrame(pixels);
    }
    return from + length;
  }
}

function malformed(what: string): SpotterError {
  return new SpotterError('internal', `cannot read the frames from ffmpeg (${what}); please report it`);
}
