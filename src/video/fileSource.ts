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
import { type ClockFault, MediaClock, type MediaTime } from './mediaClock.js';
import { Pairing } from './pairing.js';
import { FrameMemory, SlotPool } from './slots.js';
import { everyNth } from './stamps.js';
import { choiceNotice } from './streamChoice.js';

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
  /** Number of the video stream to read, from 0; null for the best. Default null. */
  stream?: number | null;
  /** A recording whose shorter side is less than this is rejected, px. Default 1. */
  minSidePx?: number;
  /** Frame buffers to reuse in the next attempt; by default, buffers of this source alone. */
  memory?: FrameMemory | undefined;
  /** Called once when the recording's clock is wrong: what, and where. */
  onNotice?: ((message: string) => void) | undefined;
  /** Called at the start with each remark on the recording itself, such as a choice among several streams. */
  onRemark?: ((message: string) => void) | undefined;
}

/** Every frame of a recording, in order, with its media time. Decoding pauses while no slot is free (back-pressure). */
export class FileSource {
  readonly #options: FileSourceOptions;
  #info: VideoInfo | undefined;
  #decoder: Decoder | undefined;
  #stopped = false;
  #decoded = 0;
  #lastTimeMs = 0;
  #isClockWrong = false;

  constructor(options: FileSourceOptions) {
    this.#options = options;
  }

  /**
   * Probes the file; call it once, before {@link frames}.
   *
   * @throws SpotterError video.not_found, video.unreadable, video.no_video, ffmpeg.missing
   */
  async open(): Promise<VideoInfo> {
    const { file, minSidePx = 1, stream = null, onRemark } = this.#options;
    const [info] = await Promise.all([probeFile(file, stream), frameModeOption()]);
    const { width, height } = info.size;
    if (Math.min(width, height) < minSidePx) {
      throw new SpotterError(
        'video.no_video',
        `the frames of ${file} are ${width}x${height} px, too small for a face; give a larger recording`,
      );
    }
    const notice = stream === null ? choiceNotice(path.basename(file), info.streams, info.stream) : null;
    if (notice !== null) onRemark?.(notice);
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
    const seams = new Set<number>();
    const onPair = (pixels: Uint8Array, timeMs: number) => {
      const mediaTimeMs = Math.round(timeMs);
      this.#lastTimeMs = mediaTimeMs;
      const frame: Frame = {
        cameraId: this.#options.cameraId,
        seq: this.#decoded++,
        capturedAtMs: Date.now(),
        arrivedAtMs: monotonicMs(),
        mediaTimeMs,
        isSeam: seams.delete(timeMs),
        image: { ...size, format: 'yuv420p', colour: info.colour, pixels },
        release: () => slots.release(pixels),
      };
      output.push(frame);
    };
    const pairing = new Pairing({ onPair, maxWaiting: count });
    const assembler = new FrameAssembler(slots, (slot) => pairing.frame(slot, monotonicMs()));
    const clock = new MediaClock(info);
    let timed = 0;
    const onTime = (time: MediaTime | null) => {
      if (!time) return;
      if (time.fault) this.#report(time.fault, timed, time.ms);
      timed++;
      if (time.isSeam) seams.add(time.ms);
      pairing.timestamp(time.ms, monotonicMs());
    };
    const decoder = new Decoder(this.#command(info, size), await frameModeOption(), assembler, {
      onStamp: ({ ms, isKept }) => onTime(clock.add(ms, isKept)),
    });
    this.#decoder = decoder;
    if (this.#stopped) decoder.kill();
    let fault: SpotterError | null = null;
    decoder.ended.then(async (end) => {
      onTime(clock.end());
      // The process may have ended while its last bytes still wait for a slot.
      if (!this.#stopped && end.code !== null) await assembler.emptied;
      if (!this.#stopped) fault = this.#fault(end, info);
      // Not destroyed: the frames that still wait are taken first.
      output.push(null);
    });
    try {
      for await (const frame of output) yield frame as Frame;
      if (fault) throw fault;
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
      stream: info.stream.number,
      inputOptions: [...(realtime ? ['-re'] : []), ...(loop ? ['-stream_loop', '-1'] : []), ...FILE_ONLY],
      filters: [everyNth(every), ...fitting, 'format=yuv420p'],
      format: 'rawvideo',
      logLevel: 'error',
    };
  }

  /** Reports once what is wrong with the clock. */
  #report({ kind, byMs }: ClockFault, frame: number, ms: number): void {
    if (this.#isClockWrong) return;
    this.#isClockWrong = true;
    const by = `${(byMs / 1000).toFixed(1)} s`;
    const what = {
      back: `its timestamps go back by ${by}`,
      ahead: `its timestamps leap ahead by ${by}`,
      still: 'its timestamps stand still',
      wild: `a timestamp is ${by} off`,
    }[kind];
    const where = `at frame ${frame * this.#options.every} (${(ms / 1000).toFixed(1)} s)`;
    const name = path.basename(this.#options.file);
    this.#options.onNotice?.(`${name}: ${what} ${where}; media time goes on at the frame rate`);
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
    // Some containers count their duration from 0, whatever their timestamps begin with.
    const duration = info.durationMs && info.durationMs - Math.max(0, info.startMs);
    const isBefore = (ms: number) => this.#lastTimeMs + every * info.intervalMs < ms * 0.95 - 500;
    const missing =
      expected !== null
        ? this.#decoded * every < expected * 0.98 - every
        : duration === null
          ? messages.some((text) => /ended prematurely/i.test(text))
          : !this.#isClockWrong && isBefore(duration);
    const isCut = info.headerMs !== null && isBefore(info.headerMs);
    if (code !== 0 || isCut || (missing && messages.length > 0)) {
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
