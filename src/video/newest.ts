import { type Moment, moment, monotonicMs } from '../core/clock.js';
import type { Size } from '../core/geometry.js';
import type { DropReason, Frame } from '../image/cameraFrame.js';
import { imageBytes } from '../image/colour.js';
import type { ColourSpace } from '../image/image.js';
import type { Freshness } from './freshness.js';
import { Pairing } from './pairing.js';
import { FrameMemory, SlotPool } from './slots.js';

/** One frame in work, one waiting, one being filled. */
const SLOTS = 3;

interface Arrived {
  /** null for a frame whose memory was taken for a newer one. */
  pixels: Uint8Array | null;
  at: Moment;
}

/** Whose frames {@link NewestFrame} keeps, and who is notified. */
export interface NewestOptions {
  cameraId: string;
  /** Frame buffers to reuse in the next connection; by default, buffers of this connection alone. */
  memory?: FrameMemory | undefined;
  /** Called when a frame is available. */
  onWaiting: () => void;
  /** Called for every frame that is dropped. */
  onDropped: (reason: DropReason) => void;
}

/**
 * Keeps the newest frame of a live source in shared memory and drops the others: an older frame when a newer one needs
 * its memory or its place (`newer`), and a frame that was too old when it arrived (`stale`).
 */
export class NewestFrame {
  readonly #options: NewestOptions;
  readonly #pairing = new Pairing<Arrived>({
    onPair: (frame, timestampMs) => this.#judge(frame, timestampMs),
    onLost: (frame) => this.#drop(frame.pixels, 'newer'),
  });
  #slots: SlotPool | undefined;
  #size: Size = { width: 0, height: 0 };
  #waiting: Frame | null = null;
  #freshness: Freshness | undefined;
  #colour: ColourSpace = { matrix: 'bt601', fullRange: false };
  #firstArrivalMs: number | undefined;
  /** The clock has jumped since the last frame that was offered. */
  #isSeam = false;
  #offered = 0;

  constructor(options: NewestOptions) {
    this.#options = options;
  }

  /** Sets the size of all frames; call it before the first. */
  begin(size: Size): void {
    this.#size = size;
    const { memory = new FrameMemory() } = this.#options;
    this.#slots = new SlotPool(memory.take(SLOTS, imageBytes('yuv420p', size.width, size.height)));
  }

  /** Sets how the age of frames is judged, and their colour space; call it before the first timestamp. */
  describe(freshness: Freshness, colour: ColourSpace): void {
    this.#freshness = freshness;
    this.#colour = colour;
  }

  get hasWaiting(): boolean {
    return this.#waiting !== null;
  }

  /** When the frame came that waits, monotonic ms; null when none does. */
  get waitingSinceMs(): number | null {
    return this.#waiting?.arrivedAtMs ?? null;
  }

  take(): Frame | null {
    const frame = this.#waiting;
    this.#waiting = null;
    return frame;
  }

  /** Memory for the next frame, taken from an older frame if necessary; null when all of it is in work. */
  acquire(): Uint8Array | null {
    const free = this.#slots?.tryAcquire();
    if (free) return free;
    if (this.#waiting) this.#replace(null);
    else {
      // Whether that frame was dropped as `newer` or `stale` is reported once its timestamp is there.
      const oldest = this.#pairing.waiting.find(({ pixels }) => pixels !== null);
      if (oldest?.pixels) this.#slots?.release(oldest.pixels);
      if (oldest) oldest.pixels = null;
    }
    return this.#slots?.tryAcquire() ?? null;
  }

  /** Adds a complete frame; null for a frame that got no memory. */
  add(pixels: Uint8Array | null): void {
    const at = moment();
    this.#pairing.frame({ pixels, at }, at.monotonicMs);
  }

  /** Adds the timestamp of the next frame, in ms on the source's clock. */
  addTimestamp(ms: number): void {
    this.#pairing.timestamp(ms, monotonicMs());
  }

  /** Returns memory from {@link acquire} that was not filled. */
  giveBack(pixels: Uint8Array): void {
    this.#slots?.release(pixels);
  }

  /** Drops the frames that wait; none is taken any more. */
  end(): void {
    const waiting = this.take();
    if (waiting) this.#drop(waiting.image.pixels, 'ended');
    for (const { pixels } of this.#pairing.clear()) this.#drop(pixels, 'ended');
  }

  #judge({ pixels, at }: Arrived, timestampMs: number): void {
    const isStale = this.#freshness?.isStale(timestampMs, at.monotonicMs);
    this.#isSeam ||= this.#freshness?.hasJumped ?? false;
    if (isStale) this.#drop(pixels, 'stale');
    else if (pixels === null) this.#drop(null, 'newer');
    else this.#replace(this.#frame(pixels, at));
  }

  #frame(pixels: Uint8Array, { unixMs, monotonicMs: arrivedAtMs }: Moment): Frame {
    this.#firstArrivalMs ??= arrivedAtMs;
    let isOut = true;
    const isSeam = this.#isSeam;
    this.#isSeam = false;
    return {
      cameraId: this.#options.cameraId,
      seq: this.#offered++,
      capturedAtMs: unixMs,
      arrivedAtMs,
      mediaTimeMs: arrivedAtMs - this.#firstArrivalMs,
      isSeam,
      still: null,
      image: { ...this.#size, format: 'yuv420p', colour: this.#colour, pixels },
      release: () => {
        if (isOut) this.#slots?.release(pixels);
        isOut = false;
      },
    };
  }

  #replace(next: Frame | null): void {
    const previous = this.#waiting;
    this.#waiting = next;
    if (previous) {
      // Whoever comes next is behind it all the same.
      if (next) next.isSeam ||= previous.isSeam;
      else this.#isSeam ||= previous.isSeam;
      previous.release();
      this.#options.onDropped('newer');
    }
    if (next) this.#options.onWaiting();
  }

  #drop(pixels: Uint8Array | null, reason: DropReason): void {
    if (pixels) this.#slots?.release(pixels);
    this.#options.onDropped(reason);
  }
}
