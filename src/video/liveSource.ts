import { type Address, parseAddress } from '../core/address.js';
import type { SpotterError } from '../core/errors.js';
import { LogThrottle } from '../core/logThrottle.js';
import type { Frame } from '../image/cameraFrame.js';
import type { Complaint } from './complaints.js';
import { askFarEnd, type FarEnd, UNASKED } from './farEnd.js';
import { type DecodeEnd, Decoder } from './ffmpeg.js';
import { ffmpegAbilities, frameModeOption } from './ffmpegVersion.js';
import { checkFrameSize } from './frameSize.js';
import { Freshness, type LiveClockFault } from './freshness.js';
import type { LiveFrames, LiveListener, LiveSourceOptions } from './live.js';
import { liveCommand } from './liveCommand.js';
import { faultOf, mayBeMotionJpeg, noTlsForPlaylist, ownFault, reshaped } from './liveFault.js';
import { LiveMessages } from './liveMessages.js';
import { clockNotice, multipartNotice } from './liveNotices.js';
import { LiveReading } from './liveReading.js';
import { NewestFrame } from './newest.js';
import { PictureDeadline } from './pictureDeadline.js';
import { scrubber } from './scrub.js';
import type { ListedStream } from './streamListing.js';
import { isSecured, routeTo } from './tlsTunnel.js';
import { Y4mReader } from './y4m.js';

/** Lower bound of ffmpeg's own timeout, the safety net behind the watchdog. */
const MIN_TIMEOUT_MS = 5000;
const NOTICE_EVERY_MS = 10_000;

/**
 * One connection to a live source. It ends when it fails; to retry, create another. Nothing happens before the first call
 * of {@link ready}. ffmpeg is never held up: a frame that nobody takes in time is dropped.
 */
export class LiveSource implements LiveFrames {
  readonly #options: LiveSourceOptions;
  readonly #listener: LiveListener;
  readonly #newest: NewestFrame;
  readonly #deadline: PictureDeadline;
  readonly #notices: LogThrottle;
  readonly #messages: LiveMessages;
  readonly #ending = new AbortController();
  #redact: (text: string) => string;
  #running: Promise<void> | undefined;
  #decoder: Decoder | undefined;
  #address: Address | undefined;
  #stopped = false;
  #failure: SpotterError | undefined;
  #waiters: (() => void)[] = [];
  #frames = 0;
  #reading: LiveReading | undefined;
  /** The decoder has been ended, to open the source in another way. */
  #isReopening = false;
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
    this.#messages = new LiveMessages({
      onPlaylist: () => this.#readAsPlaylist(),
      onStreams: (streams) => this.#choose(streams),
      onReshaped: (before, after) => this.#fail(reshaped(options.cameraId, this.#name, before, after)),
      onWarning: (text) => this.#warn(text),
    });
    this.#deadline = new PictureDeadline({
      ...options,
      name: () => this.#name,
      progress: () => this.#progress(),
      onNotice: (message) => listener.onNotice(message),
      onLate: (error) => this.#fail(error),
    });
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
    this.#deadline.begin();
    try {
      const address = parseAddress(this.#options.url);
      this.#address = address;
      const reading = new LiveReading(address, {
        demuxer: this.#options.demuxer,
        stream: this.#options.stream ?? null,
        deinterlace: this.#options.deinterlace ?? 'auto',
      });
      this.#reading = reading;
      const [ffmpeg, modeOption] = await Promise.all([ffmpegAbilities(), frameModeOption()]);
      const timeoutMs = Math.max(MIN_TIMEOUT_MS, connectMs);
      const route = await routeTo(address, this.#options.tls, this.#ending.signal);
      const scrub = scrubber(address);
      this.#redact = (text) => this.#options.redact(scrub(route.rename(text)));
      const decode = async () => {
        this.#isReopening = false;
        this.#messages.restart();
        const request = { ...this.#options, ...route.request, timeoutMs, ...reading.request };
        const decoder = new Decoder(liveCommand(request, ffmpeg), modeOption, this.#reader(), {
          onStamp: ({ ms }) => {
            if (!this.#isOver && !this.#isReopening) this.#newest.addTimestamp(ms);
          },
          onMessage: (message) => {
            if (!this.#isReopening) this.#messages.read(message);
          },
          onProcess: (pid, running) => this.#listener.onProcess(pid, running),
        });
        this.#decoder = decoder;
        return decoder.ended;
      };
      if (this.#isOver) return;
      let end = await decode();
      while (this.#isReopening && !this.#isOver) {
        await reading.prepare();
        if (!this.#isOver) end = await decode();
      }
      if (this.#isOver) return;
      end.messages.push(...route.faults);
      // The question has a limit of its own.
      this.#deadline.stop();
      const farEnd =
        this.#frames > 0 ? UNASKED : await askFarEnd(end, address, connectMs, this.#ending.signal);
      if (
        !this.#isOver &&
        reading.mayBeMotionJpeg &&
        mayBeMotionJpeg(end, this.#frames, farEnd.contentType)
      ) {
        reading.asMotionJpeg();
        this.#beginAnew();
        const second = await decode();
        if (this.#frames > 0) end = second;
      }
      if (!this.#isOver) this.#fail(this.#diagnose(end, farEnd, address));
    } catch (cause) {
      this.#fail(this.#ownFault(cause));
    }
  }

  /** Before a second decoder. Nobody has taken a frame of the first. */
  #beginAnew(): void {
    this.#frames = 0;
    this.#newest.end();
    this.#deadline.begin();
  }

  #diagnose(end: DecodeEnd, farEnd: FarEnd, address: Address): SpotterError {
    return faultOf({
      ...end,
      ...farEnd,
      ...this.#options,
      name: address.name,
      kind: address.kind,
      hasCredentials: address.secrets.length > 0,
      hasCertificate: Boolean(this.#options.tls?.certificate),
      frames: this.#frames,
      stream: this.#reading?.request.stream ?? 0,
      streams: this.#messages.streams,
      scrub: this.#redact,
    });
  }

  #reader(): Y4mReader {
    return new Y4mReader({
      onSize: (size) => {
        checkFrameSize(size, this.#name);
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
    this.#frames++;
    this.#listener.onFrame();
    this.#deadline.feed();
    if (this.#frames > 1) return;
    if (this.#reading?.isCorrected) this.#listener.onNotice(multipartNotice(this.#name));
    if (this.#options.hardware === 'auto' && !this.#messages.usesHardware)
      this.#listener.onNotice('no hardware decoder for this stream was found; the CPU decodes it');
  }

  #progress(): { sendsVideo: boolean; complaint: Complaint | null } {
    const { sendsVideo, complaint } = this.#messages;
    const isNetwork = this.#reading?.isNetwork ?? false;
    const redacted = complaint && { ...complaint, text: this.#redact(complaint.text) };
    return { sendsVideo: sendsVideo && isNetwork, complaint: redacted };
  }

  #ownFault(cause: unknown): SpotterError {
    return ownFault(cause, this.#options.cameraId, this.#redact);
  }

  #readAsPlaylist(): void {
    if (isSecured(this.#options.tls)) this.#fail(noTlsForPlaylist(this.#options.cameraId, this.#name));
    else if (this.#reading?.asPlaylist()) this.#reopen();
  }

  #reopen(): void {
    this.#isReopening = true;
    this.#decoder?.kill();
    this.#newest.end();
  }

  /** Runs before the first timestamp. */
  #choose(streams: readonly ListedStream[]): void {
    const finding = this.#reading?.choose(streams);
    if (finding?.kind === 'reopen') this.#reopen();
    if (finding?.kind !== 'stream') return;
    for (const remark of finding.remarks) this.#listener.onRemark(remark);
    this.#listener.onStream?.(finding.stream);
    this.#describe(finding.stream);
  }

  #describe({ codec, colour }: ListedStream): void {
    const isTimed = this.#reading?.isTimed(codec);
    const onFault = (fault: LiveClockFault) => this.#reportClock(fault);
    this.#newest.describe(new Freshness(this.#options.staleMs, isTimed, onFault), colour);
  }

  /** Before the first frame, ffmpeg's messages become part of the error. */
  #warn(text: string): void {
    if (this.#frames > 0 && !this.#isOver) this.#notices.add(`ffmpeg: ${this.#redact(text)}`);
  }

  /** Each fault once per connection. */
  #reportClock(fault: LiveClockFault): void {
    if (this.#clockFaults.has(fault)) return;
    this.#clockFaults.add(fault);
    this.#listener.onNotice(clockNotice(fault, this.#name));
  }

  /** For messages, without credentials. */
  get #name(): string {
    return this.#address?.name ?? 'the source';
  }

  /** An HTTP source may send a still image: a single frame does not make it live. */
  get #isMoving(): boolean {
    return this.#frames > 1 || !this.#reading?.isHttp;
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
    this.#deadline.stop();
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
