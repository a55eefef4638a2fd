import { type Address, parseAddress } from '../core/address.js';
import { describeError, SpotterError } from '../core/errors.js';
import { LogThrottle } from '../core/logThrottle.js';
import type { Frame } from '../image/cameraFrame.js';
import { contentTypeOf } from './contentType.js';
import type { DeinterlaceSetting } from './deinterlace.js';
import { type DecodeEnd, Decoder } from './ffmpeg.js';
import type { DecodeMessage } from './ffmpegMessage.js';
import { ffmpegVersion, frameModeOption } from './ffmpegVersion.js';
import { checkFrameSize } from './frameSize.js';
import { Freshness, type LiveClockFault } from './freshness.js';
import type { LiveFrames, LiveListener } from './live.js';
import { type LiveRequest, liveCommand } from './liveCommand.js';
import { fault, faultOf, isUnrecognised, noPictureYet, reshaped, stalled } from './liveFault.js';
import { LiveReading, type StreamFound } from './liveReading.js';
import { NewestFrame } from './newest.js';
import { scrubber } from './scrub.js';
import type { FrameMemory } from './slots.js';
import { parseShape } from './streamLine.js';
import { Watchdog } from './watchdog.js';
import { Y4mReader } from './y4m.js';

/** Which live source {@link LiveSource} reads, and its time limits. */
export interface LiveSourceOptions
  extends Omit<LiveRequest, 'address' | 'isPlaylist' | 'stream' | 'deinterlacing' | 'hdr' | 'timeoutMs'> {
  cameraId: string;
  /** Number of the video stream to read, from 0; null for the best. Default null. */
  stream?: number | null;
  /** Default `auto`. */
  deinterlace?: DeinterlaceSetting;
  /** Frame buffers to reuse in the next connection; by default, buffers of this connection alone. */
  memory?: FrameMemory | undefined;
  /** rtsp://, rtsps://, http:// (MJPEG, HLS, ...), https://, device:/dev/video0, test: or test:1280x720. */
  url: string;
  /** Without a frame for this long from the start, the source is unreachable. */
  connectMs: number;
  /** Without a frame for this long after the first, the source is stalled. */
  frameAgeMs: number;
  /** A frame that took longer to arrive than the fastest of the last 30 s by more than this is dropped. */
  staleMs: number;
  /** Masks the secrets of the configuration in a text. */
  redact: (text: string) => string;
}

/** Lower bound of ffmpeg's own timeout, the safety net behind the watchdog. */
const MIN_TIMEOUT_MS = 5000;
const NOTICE_EVERY_MS = 10_000;
/** Relative difference of two aspect ratios that are still the same shape. Sizes are rounded: 1280x720 and 640x368 match. */
const SAME_SHAPE = 0.05;
/** Useless warnings about motion JPEG and about cameras with uneven timestamps, which are reported in our words. */
const NOISE =
  /deprecated pixel format used|Non-monoton(ous|ic) DTS|DTS \d+ < \d+ out of order|time discontinuity detected/;

/**
 * One connection to a live source. It ends when it fails; to retry, create another. Nothing happens before the first call
 * of {@link ready}. ffmpeg is never held up: a frame that nobody takes in time is dropped.
 */
export class LiveSource implements LiveFrames {
  readonly #options: LiveSourceOptions;
  readonly #listener: LiveListener;
  readonly #newest: NewestFrame;
  readonly #watchdog: Watchdog;
  readonly #notices: LogThrottle;
  readonly #ending = new AbortController();
  #redact: (text: string) => string;
  #running: Promise<void> | undefined;
  #decoder: Decoder | undefined;
  #address: Address | undefined;
  #stopped = false;
  #failure: SpotterError | undefined;
  #waiters: (() => void)[] = [];
  #frames = 0;
  #isReopening = false;
  #usesHardware = false;
  #shape: number | null = null;
  readonly #clockFaults = new Set<LiveClockFault>();

  constructor(options: LiveSourceOptions, listener: LiveListener) {
    this.#options = options;
    this.#listener = listener;
    this.#redact = options.redact;
    this.#newest = new NewestFrame({
      cameraId: options.cameraId,
      memory: options.memory,
      onWaiting: () => this.#wake(),
      onDropped: (reason) => listener.onDropped(reason),
    });
    this.#watchdog = new Watchdog((limitMs) => this.#late(limitMs));
    this.#notices = new LogThrottle(NOTICE_EVERY_MS, (message) => listener.onNotice(message));
  }

  async ready(): Promise<boolean> {
    if (!this.#stopped) this.#running ??= this.#run();
    while (!this.#isOver && !(this.#newest.hasWaiting && this.#isMoving))
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    if (this.#stopped) return false;
    if (this.#failure) throw this.#failure;
    return true;
  }

  take(): Frame | null {
    return this.#newest.take();
  }

  newestAtMs(): number | null {
    return this.#newest.waitingSinceMs;
  }

  stop(): void {
    this.#stopped = true;
    this.#end();
  }

  async ended(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { connectMs } = this.#options;
    this.#watchdog.watch(connectMs);
    try {
      const address = parseAddress(this.#options.url);
      this.#address = address;
      const scrub = scrubber(address);
      this.#redact = (text) => this.#options.redact(scrub(text));
      const [[major], modeOption] = await Promise.all([ffmpegVersion(), frameModeOption()]);
      const timeoutMs = Math.max(MIN_TIMEOUT_MS, connectMs);
      const reading = new LiveReading(address, {
        stream: this.#options.stream ?? null,
        deinterlace: this.#options.deinterlace ?? 'auto',
      });
      const decode = () => {
        this.#isReopening = false;
        const request = { ...this.#options, ...reading.request, address, timeoutMs };
        const decoder = new Decoder(liveCommand(request, major), modeOption, this.#reader(), {
          onStamp: ({ ms }) => {
            if (!this.#isOver && !this.#isReopening) this.#newest.addTimestamp(ms);
          },
          onMessage: (message) => {
            if (!this.#isReopening) this.#onMessage(message, address, reading);
          },
          onProcess: (pid, running) => this.#listener.onProcess(pid, running),
        });
        this.#decoder = decoder;
        return decoder.ended;
      };
      let end: DecodeEnd;
      do {
        await reading.begin();
        if (this.#isOver) return;
        end = await decode();
      } while (this.#isReopening && !this.#isOver);
      this.#watchdog.stop();
      if (!this.#isOver) this.#fail(await this.#diagnose(end, address, reading));
    } catch (cause) {
      this.#fail(this.#ownFault(cause));
    }
  }

  async #diagnose(end: DecodeEnd, address: Address, reading: LiveReading): Promise<SpotterError> {
    const isUnknown = this.#frames === 0 && isUnrecognised(end);
    return faultOf({
      ...end,
      ...this.#options,
      name: address.name,
      hasCredentials: address.secrets.length > 0,
      frames: this.#frames,
      stream: reading.request.stream,
      streams: reading.streams,
      contentType: isUnknown ? await contentTypeOf(address, this.#ending.signal) : null,
      scrub: this.#redact,
    });
  }

  #reader(): Y4mReader {
    return new Y4mReader({
      onSize: (size) => {
        checkFrameSize(size, this.#address?.name ?? 'the source');
        this.#newest.begin(size);
      },
      acquire: () => (this.#isReopening ? null : this.#newest.acquire()),
      onFrame: (pixels) => {
        if (this.#isOver || this.#isReopening) return;
        this.#arrive();
        this.#newest.add(pixels);
      },
      onRest: (pixels) => this.#newest.giveBack(pixels),
      onFault: (error) => this.#fail(this.#ownFault(error)),
    });
  }

  #arrive(): void {
    const { frameAgeMs, fps, hardware } = this.#options;
    this.#frames++;
    this.#listener.onFrame();
    if (this.#frames > 1) {
      this.#watchdog.feed();
      return;
    }
    this.#watchdog.watch(frameAgeMs + (fps === null ? 0 : 1000 / fps));
    if (hardware === 'auto' && !this.#usesHardware)
      this.#listener.onNotice('no hardware decoder for this stream was found; the CPU decodes it');
  }

  #ownFault(cause: unknown): SpotterError {
    const { cameraId } = this.#options;
    if (cause instanceof SpotterError) return fault(cause.code, cameraId, cause.message, cause);
    const sentence = `reading the stream failed (${this.#redact(describeError(cause))}); please report it`;
    return fault('internal', cameraId, sentence);
  }

  #onMessage({ level, text }: DecodeMessage, address: Address, reading: LiveReading): void {
    const finding = reading.take(text);
    if (finding?.kind === 'reopen') this.#reopen();
    if (finding?.kind === 'stream') this.#begin(finding, address);
    const shape = parseShape(text);
    if (shape !== null) this.#checkShape(shape, address.name);
    if (/Using auto hwaccel/.test(text)) this.#usesHardware = true;
    if (/hwaccel initiali[sz]ation returned error/.test(text)) this.#usesHardware = false;
    // Before the first frame, ffmpeg's messages become part of the error.
    if (level !== 'info' && this.#frames > 0 && !this.#isOver && !NOISE.test(text))
      this.#notices.add(`ffmpeg: ${this.#redact(text)}`);
  }

  /** Runs before the first timestamp. */
  #begin({ stream, remarks }: StreamFound, { kind, name }: Address): void {
    const { codec, colour } = stream;
    // ffmpeg invents the timestamps of motion JPEG over HTTP.
    const isTimed = !(codec === 'mjpeg' && kind.startsWith('http'));
    const onFault = (fault: LiveClockFault) => this.#reportClock(fault, name);
    this.#newest.describe(new Freshness(this.#options.staleMs, isTimed, onFault), colour);
    for (const remark of remarks) this.#listener.onRemark(remark);
  }

  /** Opens the source again, in the way that it turns out to need. */
  #reopen(): void {
    this.#isReopening = true;
    this.#decoder?.kill();
    this.#newest.end();
  }

  /** Runs before the timestamp of the first frame of that shape arrives: no stretched frame is ever offered. */
  #checkShape(shape: number, name: string): void {
    this.#shape ??= shape;
    if (Math.abs(shape / this.#shape - 1) > SAME_SHAPE)
      this.#fail(reshaped(this.#options.cameraId, name, this.#shape, shape));
  }

  /** Each fault once per connection. */
  #reportClock(fault: LiveClockFault, name: string): void {
    if (this.#clockFaults.has(fault)) return;
    this.#clockFaults.add(fault);
    this.#listener.onNotice(
      fault === 'jump'
        ? `the clock of ${name} has jumped; faces in view are checked again`
        : `the timestamps of ${name} stand still or keep jumping; its frames are taken by their arrival`,
    );
  }

  #late(limitMs: number): void {
    const { cameraId, frameAgeMs } = this.#options;
    const name = this.#address?.name ?? 'the source';
    this.#fail(
      this.#frames === 0 ? noPictureYet(cameraId, name, limitMs) : stalled(cameraId, name, frameAgeMs),
    );
  }

  /** An HTTP source may send a still image: a single frame does not make it live. */
  get #isMoving(): boolean {
    return this.#frames > 1 || !this.#address?.kind.startsWith('http');
  }

  get #isOver(): boolean {
    return this.#stopped || this.#failure !== undefined;
  }

  /** The first cause wins. */
  #fail(error: SpotterError): void {
    if (this.#isOver) return;
    this.#failure = error;
    this.#end();
  }

  #end(): void {
    this.#watchdog.stop();
    this.#notices.stop();
    this.#ending.abort();
    this.#decoder?.kill();
    this.#newest.end();
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
