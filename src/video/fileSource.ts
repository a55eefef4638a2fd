import path from 'node:path';
import { Readable } from 'node:stream';
import { monotonicMs } from '../core/clock.js';
import { SpotterError } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import type { Frame } from '../image/cameraFrame.js';
import { imageBytes } from '../image/colour.js';
import { FrameAssembler } from './assembler.js';
import { type DecodeCommand, type DecodeEnd, Decoder } from './ffmpeg.js';
import { frameModeOption } from './ffmpegVersion.js';
import { FILE_ONLY, fileInput, probeFile, type VideoInfo } from './info.js';
import { Pairing } from './pairing.js';
import { FrameMemory, SlotPool } from './slots.js';

/** Which recording {@link FileSource} reads, and how. */
export interface FileSourceOptions {
  cameraId: string;
  /** Path of the recording. */
  file: string;
  /** Wider frames are scaled down to this width, px. */
  maxWidth: number;
  /** Most frames in memory at a time. */
  slots: number;
  /** Decode only every n-th frame; 1 for all. */
  every: number;
  /** Play at the speed of the recording instead of as fast as possible. */
  realtime: boolean;
  /** Start again at the end, forever; media time continues. */
  loop: boolean;
  /** A recording whose shorter side is less than this is rejected, px. Default 1. */
  minSidePx?: number;
  /** Frame buffers to reuse in the next attempt; by default, buffers of this source alone. */
  memory?: FrameMemory | undefined;
}

/** Every frame of a recording, in order, with its media time. Decoding pauses while no slot is free (back-pressure). */
export class FileSource {
  readonly #options: FileSourceOptions;
  #info: VideoInfo | undefined;
  #decoder: Decoder | undefined;
  #stopped = false;
  #decoded = 0;
  #lastTimeMs = 0;

  constructor(options: FileSourceOptions) {
    this.#options = options;
  }

  /**
   * Probes the file; call it once, before {@link frames}.
   *
   * @throws SpotterError video.not_found, video.unreadable, video.no_video, ffmpeg.missing
   */
  async open(): Promise<VideoInfo> {
    const { file, minSidePx = 1 } = this.#options;
    const [info] = await Promise.all([probeFile(file), frameModeOption()]);
    const { width, height } = info.size;
    if (Math.min(width, height) < minSidePx) {
      throw new SpotterError(
        'video.no_video',
        `the frames of ${file} are ${width}x${height} px, too small for a face; give a larger recording`,
      );
    }
    this.#info = info;
    return info;
  }

  /**
   * The frames. Call it once; release each frame.
   *
   * @throws SpotterError while iterating: video.unreadable, video.truncated, video.killed, ffmpeg.failed
   */
  async *frames(): AsyncGenerator<Frame, void, void> {
    const info = this.#info ?? (await this.open());
    if (this.#stopped) return;
    const size = fitWidth(info.size, this.#options.maxWidth);
    const { memory = new FrameMemory(), slots: count } = this.#options;
    const slots = new SlotPool(memory.take(count, imageBytes('yuv420p', size.width, size.height)));
    const output = new Readable({ objectMode: true, read() {} });
    const onPair = (pixels: Uint8Array, mediaTimeMs: number) => {
      this.#lastTimeMs = mediaTimeMs;
      const frame: Frame = {
        cameraId: this.#options.cameraId,
        seq: this.#decoded++,
        capturedAtMs: Date.now(),
        arrivedAtMs: monotonicMs(),
        mediaTimeMs,
        image: { ...size, format: 'yuv420p', colour: info.colour, pixels },
        release: () => slots.release(pixels),
      };
      output.push(frame);
    };
    const pairing = new Pairing({ onPair, maxWaiting: count });
    const assembler = new FrameAssembler(slots, (slot) => pairing.frame(slot, monotonicMs()));
    const decoder = new Decoder(this.#command(info, size), await frameModeOption(), assembler, {
      onTimestamp: (ms) => pairing.timestamp(ms, monotonicMs()),
    });
    this.#decoder = decoder;
    if (this.#stopped) decoder.kill();
    decoder.ended.then(async (end) => {
      // The process may have ended while its last bytes still wait for a slot.
      if (!this.#stopped && end.code !== null) await assembler.emptied;
      const fault = this.#stopped ? null : this.#fault(end, info);
      if (fault) output.destroy(fault);
      else output.push(null);
    });
    try {
      for await (const frame of output) yield frame as Frame;
    } finally {
      decoder.kill();
      await decoder.ended;
      pairing.clear();
    }
  }

  /** Ends the iteration soon; frames already handed out stay valid. Safe at any time and twice. */
  stop(): void {
    this.#stopped = true;
    this.#decoder?.kill();
  }

  #command(info: VideoInfo, { width, height }: Size): DecodeCommand {
    const { file, realtime, loop, every } = this.#options;
    const scale = `scale=${width}:${height}:flags=bilinear:out_range=limited`;
    // A recording may change its resolution half-way: later frames are fitted into the size of the first. With odd sizes
    // or non-square pixels they are stretched instead, because `pad` cannot make an odd yuv420p frame.
    const even = width % 2 === 0 && height % 2 === 0;
    const fitting =
      info.squarePixels && even
        ? [`${scale}:force_original_aspect_ratio=decrease`, `pad=${width}:${height}:-1:-1`]
        : [scale, 'setsar=1'];
    return {
      input: fileInput(file),
      inputOptions: [...(realtime ? ['-re'] : []), ...(loop ? ['-stream_loop', '-1'] : []), ...FILE_ONLY],
      filters: [...(every > 1 ? [`select=not(mod(n\\,${every}))`] : []), ...fitting, 'format=yuv420p'],
      format: 'rawvideo',
      logLevel: 'error',
    };
  }

  #fault({ code, signal, messages }: DecodeEnd, info: VideoInfo): SpotterError | null {
    const { file, every } = this.#options;
    const name = path.basename(file);
    const where = `at frame ${this.#decoded * every} (${(this.#lastTimeMs / 1000).toFixed(1)} s)`;
    const lastMessage = messages.at(-1);
    if (signal) {
      return new SpotterError(
        'video.killed',
        `ffmpeg was killed by ${signal} while reading ${name}, ${where}; what came before is kept`,
      );
    }
    if (code === null) return new SpotterError('ffmpeg.failed', `${name}: ${lastMessage}`);
    if (this.#decoded === 0) {
      return new SpotterError(
        'video.unreadable',
        `${file} has no picture that ffmpeg can decode${lastMessage ? ` (${lastMessage})` : ''}; check the file`,
      );
    }
    const expected = info.frames;
    const missing =
      expected !== null
        ? this.#decoded * every < expected * 0.98 - every
        : info.durationMs !== null && this.#lastTimeMs < info.durationMs * 0.95 - 500;
    if (code !== 0 || (missing && messages.length > 0)) {
      const of = expected === null ? '' : ` of ${expected}`;
      return new SpotterError(
        'video.truncated',
        `${name} is damaged or cut off: no more pictures ${where}${of}; what came before is kept`,
      );
    }
    return null;
  }
}

function fitWidth({ width, height }: Size, maxWidth: number): Size {
  if (width <= maxWidth) return { width, height };
  return { width: maxWidth, height: Math.max(1, Math.round((height * maxWidth) / width)) };
}
