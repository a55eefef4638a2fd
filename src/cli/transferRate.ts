import { megabytes } from '../core/megabytes.js';
import type { TransferProgress } from '../models/download.js';

/** The speed is that of the last time of this length, ms. */
const WINDOW_MS = 5000;
/** Between two samples, ms. */
const SAMPLE_MS = 100;
/** Shorter times say nothing about the speed, ms. */
const LEAST_MS = 500;

/** How fast a transfer is, and how long it still takes. Times are of a clock that only goes forward, ms. */
export class TransferRate {
  readonly #samples: { atMs: number; bytes: number }[] = [];

  /** Takes note of how far it has come. */
  add({ bytes }: TransferProgress, nowMs: number): void {
    const last = this.#samples.at(-1);
    if (last && nowMs - last.atMs < SAMPLE_MS) return;
    this.#samples.push({ atMs: nowMs, bytes });
    while (this.#samples.length > 2 && this.#samples[1].atMs <= nowMs - WINDOW_MS) this.#samples.shift();
  }

  /** @returns such as `3.1 of 16.9 MB, 1.2 MB/s, 12 s left` */
  describe({ bytes, total }: TransferProgress, nowMs: number): string {
    const reached =
      total === null ? megabytes(bytes) : `${megabytes(bytes).replace(' MB', '')} of ${megabytes(total)}`;
    const [oldest] = this.#samples;
    const elapsedMs = oldest ? nowMs - oldest.atMs : 0;
    if (!oldest || elapsedMs < LEAST_MS) return reached;
    const perSecond = ((bytes - oldest.bytes) / elapsedMs) * 1000;
    const isMoving = total !== null && perSecond > 0 && total > bytes;
    return `${reached}, ${megabytes(perSecond)}/s${isMoving ? `, ${duration((total - bytes) / perSecond)} left` : ''}`;
  }
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
