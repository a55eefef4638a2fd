import path from 'node:path';
import { Readable } from 'node:stream';
import { monotonicMs } from '../core/clock.js';
import { SpotterError } from '../core/errors.js';
import type { Frame } from '../image/cameraFrame.js';
import { imageBytes } from '../image/colour.js';
import { FrameAssembler } from './assembler.js';
import { type DecodeEnd, Decoder } from './ffmpeg.js';
import { frameModeOption } from './ffmpegVersion.js';
import { type FileRequest, fileCommand, frameSize } from './fileCommand.js';
import { probeFile, type VideoInfo } from './info.js';
import { type ClockFault, MediaClock, type MediaTime } from './mediaClock.js';
import { Pairing } from './pairing.js';
import type { PipedRecording } from './pipedRecording.js';
import { FrameMemory, SlotPool } from './slots.js';
import { requireStillFilters, ShownFrames } from './stillFrames.js';
import { choiceNotice } from './streamChoice.js';
import { canMapTones, noToneMapping, TONE_MAPPED } from './toneMapping.js';

/** Which recording {@link FileSource} reads, and how. */
export interface FileSourceOptions extends Pick<FileRequest, 'file' | 'every' | 'realtime'> {
  cameraId: string;
  /** What messages call the recording. Default: its path. */
  name?: string;
  /** Wider frames are scaled down to this width, px. */
  maxWidth: number;
  /** Most frames in memory at a time. */
  slots: number;
  /** Start again at the end, forever; media time continues. */
  loop: boolean;
  /** Leave out frames in which nothing has moved. Default false. */
  skipStill?: boolean;
  /** Number of the video stream to read, from 0; null for the best. Default null. */
  stream?: number | null;
  /** Turns the picture clockwise, in degrees. Default 0. */
  rotate?: FileRequest['rotate'];
  /** Default `auto`. */
  deinterlace?: FileRequest['deinterlace'];
  /** The recording itself, where `file` is only its name; it can be read once. Default null. */
  piped?: PipedRecording | null;
  /** Shape of the picture before the rotation, such as `16:9`; null: as the recording states. Default null. */
  aspect?: FileRequest['aspect'];
  /** A recording whose shorter side is less than this is rejected, px. Default 1. */
  minSidePx?: number;
  /** Frame buffers to reuse in the next attempt; by default, buffers of this source alone. */
  memory?: FrameMemory | undefined;
  /** Called once when the recording's clock is wrong, and once when it is cut off and loops: what, and where. */
  onNotice?: ((message: string) => void) | undefined;
  /** Called at the start with each remark on the recording itself, such as a choice among several streams. */
  onRemark?: ((message: string) => void) | undefined;
}

/** Every frame of a recording, in order, with its media time. Decoding pauses while no slot is free (back-pressure). */
export class FileSource {
  readonly #options: FileSourceOptions;
  readonly #name: string;
  #info: VideoInfo | undefined;
  #decoder: Decoder | undefined;
  #stopped = false;
  #decoded = 0;
  /** Frames that came, and those that were left out because nothing had moved. */
  #read = 0;
  #lastTimeMs = 0;
  /** What had come when the recording began for the last time. */
  #before = { frames: 0, ms: 0 };
  #isCutReported = false;
  #isClockWrong = false;

  constructor(options: FileSourceOptions) {
    this.#options = options;
    this.#name = options.name ?? options.file;
  }

  /**
   * Probes the file; call it once, before {@link frames}.
   *
   * @throws SpotterError video.not_found, video.unreadable, video.no_video, ffmpeg.missing
   */
  async open(): Promise<VideoInfo> {
    const { file, minSidePx = 1, stream = null, piped = null, skipStill = false, onRemark } = this.#options;
    const name = this.#name;
    const [info] = await Promise.all([probeFile(file, stream, piped, name), frameModeOption()]);
    if (skipStill) await requireStillFilters();
    const { width, height } = info.size;
    if (Math.min(width, height) < minSidePx) {
      throw new SpotterError(
        'video.no_video',
        `the frames of ${name} are ${width}x${height} px, too small for a face; give a larger recording`,
      );
    }
    const notice = stream === null ? choiceNotice(path.basename(name), info.streams, info.stream) : null;
    if (notice !== null) onRemark?.(notice);
    if (info.hdr && !(await canMapTones())) onRemark?.(noToneMapping(path.basename(name)));
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
    const { memory = new FrameMemory(), slots: count, maxWidth, loop } = this.#options;
    const { rotate = 0, deinterlace = 'auto', aspect = null, skipStill = false } = this.#options;
    const size = frameSize(info, { rotate, aspect }, maxWidth);
    const slots = new SlotPool(memory.take(count, imageBytes('yuv420p', size.width, size.height)));
    const output = new Readable({ objectMode: true, read() {} });
    const details = new Map<number, Pick<Frame, 'isSeam' | 'still'>>();
    const onPair = (pixels: Uint8Array, timeMs: number) => {
      const mediaTimeMs = Math.round(timeMs);
      this.#lastTimeMs = mediaTimeMs;
      const { isSeam, still } = details.get(timeMs) ?? { isSeam: false, still: null };
      details.delete(timeMs);
      this.#read += 1 + (still?.frames ?? 0);
      const frame: Frame = {
        cameraId: this.#options.cameraId,
        seq: this.#decoded++,
        capturedAtMs: Date.now(),
        arrivedAtMs: monotonicMs(),
        mediaTimeMs,
        isSeam,
        still,
        image: { ...size, format: 'yuv420p', colour: hdr ? TONE_MAPPED : info.colour, pixels },
        release: () => slots.release(pixels),
      };
      output.push(frame);
    };
    const pairing = new Pairing({ onPair, maxWaiting: count });
    const clock = new MediaClock(info);
    let timed = 0;
    const shown = new ShownFrames((time, still) => {
      // A recording that begins again goes back in time.
      if (time.fault && this.#before.frames === 0) this.#report(time.fault, timed, time.ms);
      timed += 1 + (still?.frames ?? 0);
      details.set(time.ms, { isSeam: time.isSeam, still });
      pairing.timestamp(time.ms, monotonicMs());
    });
    const onTime = (time: MediaTime | null) => {
      if (time) shown.time(time);
    };
    const hdr = info.hdr && (await canMapTones()) ? info.hdr : null;
    const piped = this.#options.piped ?? null;
    const request = { ...this.#options, rotate, deinterlace, aspect, hdr, piped, skipStill };
    const command = fileCommand(request, info, size);
    const modeOption = await frameModeOption();
    const playOnce = async () => {
      const assembler = new FrameAssembler(slots, (slot) => pairing.frame(slot, monotonicMs()));
      const decoder = new Decoder(command, modeOption, assembler, {
        onStamp: ({ ms, isKept }) => {
          if (isKept) shown.stamped();
          onTime(clock.add(ms, isKept));
          if (isKept && !skipStill) shown.shown(null);
        },
        onShown: (number) => shown.shown(number),
      });
      this.#decoder = decoder;
      if (this.#stopped) decoder.kill();
      const end = await decoder.ended;
      onTime(clock.end());
      // The process may have ended while its last bytes still wait for a slot.
      if (!this.#stopped && end.code !== null) await assembler.emptied;
      return this.#stopped ? null : this.#fault(end, info);
    };
    let fault: SpotterError | null = null;
    const playing = (async () => {
      do fault = await playOnce();
      while (loop && !this.#stopped && this.#canBeginAgain(fault));
      // Not destroyed: the frames that still wait are taken first.
      output.push(null);
    })();
    try {
      for await (const frame of output) yield frame as Frame;
      if (fault) throw fault;
    } finally {
      this.stop();
      await playing;
      pairing.clear();
    }
  }

  /** Ends the iteration soon; frames already handed out stay valid. Safe at any time and twice. */
  stop(): void {
    this.#stopped = true;
    this.#decoder?.kill();
  }

  /**
   * Whether the recording is to be opened again, because it has given frames. ffmpeg's own loop fails on a raw stream, and in
   * some formats it repeats the last frames only.
   */
  #canBeginAgain(fault: SpotterError | null): boolean {
    const isCut = fault?.code === 'video.truncated';
    if (fault && !isCut) return false;
    if (isCut && !this.#isCutReported) this.#options.onNotice?.(fault.message);
    this.#isCutReported ||= isCut;
    this.#before = { frames: this.#read, ms: this.#lastTimeMs };
    return true;
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
    const name = path.basename(this.#name);
    this.#options.onNotice?.(`${name}: ${what} ${where}; media time goes on at the frame rate`);
  }

  #fault({ code, signal, messages }: DecodeEnd, info: VideoInfo): SpotterError | null {
    const { every } = this.#options;
    const name = path.basename(this.#name);
    const decoded = this.#read - this.#before.frames;
    const lastTimeMs = this.#lastTimeMs - this.#before.ms;
    const where = `at frame ${decoded * every} (${(lastTimeMs / 1000).toFixed(1)} s)`;
    const lastMessage = messages.at(-1);
    if (signal) {
      return new SpotterError(
        'video.killed',
        `ffmpeg was killed by ${signal} while reading ${name}, ${where}; what came before is kept`,
      );
    }
    if (code === null) return new SpotterError('ffmpeg.failed', `${name}: ${lastMessage}`);
    if (decoded === 0) {
      return new SpotterError(
        'video.unreadable',
        `${this.#name} has no picture that ffmpeg can decode${lastMessage ? ` (${lastMessage})` : ''}; check the file`,
      );
    }
    const expected = info.frames;
    // Some containers count their duration from 0, whatever their timestamps begin with.
    const duration = info.durationMs && info.durationMs - Math.max(0, info.startMs);
    const isBefore = (ms: number) => lastTimeMs + every * info.intervalMs < ms * 0.95 - 500;
    const missing =
      expected !== null
        ? decoded * every < expected * 0.98 - every
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
