import { SpotterError } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import type { Still } from '../image/cameraFrame.js';
import type { DecodeMessage } from './ffmpegMessage.js';
import { askFfmpeg } from './ffmpegVersion.js';
import type { MediaTime } from './mediaClock.js';

/** Columns of the small grey copy that is compared; a face of 24 px in a picture 640 px wide covers a block of 8x8 of it. */
const COLUMNS = 256;
/** Rows of a copy of any shape, so that it has blocks to compare. */
const ROWS = { least: 16, most: 1024 };
/** Side of a block, px of the copy. */
const BLOCK = 8;
/** Smallest change of a block, in levels of 255 per px: that of the motion gate of live cameras at its default sensitivity. */
const CHANGE = 9;
/** A picture in which nothing moves is shown this often, ms. */
const SHOWN_EVERY_MS = 4000;
/** Most memory of the frames that ffmpeg holds back until it knows which of them to show. */
const HELD_BYTES = 128 * 2 ** 20;
/** ffmpeg's number of the level `panic`, which nothing else uses. */
const SHOWN = 0;

/** What {@link stillFilters} needs of the installed ffmpeg. */
const FILTERS = ['mpdecimate', 'blend'];

/**
 * Filters that leave out the frames that look like the last one they have shown, and print the number of each frame that they
 * show, from 0. See decision 20.
 *
 * `mpdecimate` compares small copies, and `blend` shows the frame that belongs to a copy which is left. The copies are numbered,
 * since timestamps may be wrong; the margin is there because `mpdecimate` skips the first eight columns.
 *
 * @param size of the frames, yuv420p
 * @param intervalMs between frames
 */
export function stillFilters({ width, height }: Size, intervalMs: number): string {
  const rows = Math.min(ROWS.most, Math.max(ROWS.least, Math.round((COLUMNS * height) / width)));
  const leftOut = Math.floor(Math.min(SHOWN_EVERY_MS / intervalMs, HELD_BYTES / (width * height * 1.5)));
  const changed = CHANGE * BLOCK ** 2;
  // Picking pixels first costs a third of averaging all of them.
  const copy = `scale=${2 * COLUMNS}:${2 * rows}:flags=neighbor,format=gray,scale=${COLUMNS}:${rows}:flags=area`;
  const compare = `mpdecimate=hi=${changed}:lo=${changed}:frac=1:max=${Math.max(1, leftOut)}`;
  return [
    'settb=1,setpts=N,split[full][small]',
    `[small]${copy},pad=${COLUMNS + BLOCK}:${rows}:${BLOCK}:0,${compare}`,
  ]
    .join(';')
    .concat(
      `,scale=${width}:${height}:flags=neighbor,format=yuv420p[shown];[shown][full]blend=all_opacity=0`,
      // At the end, `blend` shows the frames behind the last copy, and the last one twice.
      `,select='isnan(prev_selected_pts)+gt(pts,prev_selected_pts)',setpts='print(T,${SHOWN});PTS'`,
    );
}

/** @param list output of `ffmpeg -filters` @returns the filters that {@link stillFilters} needs and this ffmpeg lacks */
export function missingFilters(list: string): string[] {
  const present = new Set(list.split('\n').map((line) => line.trim().split(/\s+/)[1]));
  return FILTERS.filter((name) => !present.has(name));
}

/** @throws SpotterError ffmpeg.missing; ffmpeg.failed when the installed ffmpeg lacks one of the filters */
export async function requireStillFilters(): Promise<void> {
  const [missing] = missingFilters(await askFfmpeg('-hide_banner', '-filters'));
  if (missing === undefined) return;
  throw new SpotterError(
    'ffmpeg.failed',
    `this ffmpeg lacks the filter ${missing}, which finds the frames in which nothing moves; install a full build of ffmpeg (Debian: apt-get install ffmpeg), or search every frame (--still search)`,
  );
}

/** The number of a shown frame, as {@link stillFilters} prints it; null for another message. */
export function parseShown({ level, text }: DecodeMessage): number | null {
  const number = level === 'panic' ? /^(?:Eval: )?(\d+)\.0+$/.exec(text)?.[1] : undefined;
  return number === undefined ? null : Number(number);
}

/** Joins the times of all frames with the numbers of those that are shown. Both come in order, each before or after the other. */
export class ShownFrames {
  readonly #onShown: (time: MediaTime, still: Still | null) => void;
  readonly #times: MediaTime[] = [];
  readonly #waiting: number[] = [];
  #stamped = 0;
  /** Index of the first of {@link #times}. */
  #first = 0;
  /** Index of the frame that has number 0: ffmpeg counts anew when the recording changes its resolution. */
  #zero = 0;
  #last = -1;

  /** @param onShown called once per shown frame, with the frames left out before it */
  constructor(onShown: (time: MediaTime, still: Still | null) => void) {
    this.#onShown = onShown;
  }

  /** ffmpeg has printed the timestamp of the next frame. */
  stamped(): void {
    this.#stamped++;
  }

  /** The time of the next frame; it is known after {@link stamped}. */
  time(time: MediaTime): void {
    this.#times.push(time);
    this.#join();
  }

  /** A frame is shown. @param number as printed; null: the one that was stamped last */
  shown(number: number | null): void {
    // The first frame is shown as soon as it has been stamped.
    if (number !== null && number <= this.#last) this.#zero = this.#stamped - 1 - number;
    this.#last = number ?? -1;
    this.#waiting.push(number === null ? this.#stamped - 1 : this.#zero + number);
    this.#join();
  }

  #join(): void {
    while (this.#waiting.length > 0 && this.#waiting[0] < this.#first + this.#times.length) {
      const frames = this.#waiting[0] - this.#first;
      const left = this.#times.splice(0, frames + 1);
      const time = left[frames];
      this.#first += frames + 1;
      this.#waiting.shift();
      // What a frame that is left out shows of the clock applies to the next one.
      const fault = left.find((one) => one.fault !== null)?.fault ?? null;
      const joined = { ...time, isSeam: left.some(({ isSeam }) => isSeam), fault };
      this.#onShown(joined, frames > 0 ? { frames, untilMs: left[frames - 1].ms } : null);
    }
  }
}
