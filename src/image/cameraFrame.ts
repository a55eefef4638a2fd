import type { Image } from './image.js';

/** Frames that were left out, between two that were not. */
export interface Still {
  /** How many. */
  frames: number;
  /** Media time of the last of them, ms. */
  untilMs: number;
}

/** One decoded frame of a camera. Whoever takes a frame from a source releases it once. */
export interface Frame {
  cameraId: string;
  /** Number of the frame within its source, from 0. */
  seq: number;
  /** Unix time at which the complete frame was in memory. */
  capturedAtMs: number;
  /** The same moment on the monotonic clock (core/clock); latencies are measured from here. */
  arrivedAtMs: number;
  /** Time since the start of the source, on the source's own clock; where that clock is wrong, our own time. */
  mediaTimeMs: number;
  /** The source's clock has jumped: the picture before this one may be of any other time. */
  isSeam: boolean;
  /** The frames before this one that were left out, because they show what the frame before them shows; null for none. */
  still: Still | null;
  image: Image;
  /** Returns the memory to the source. The pixels may change at once. */
  release(): void;
}

/**
 * Why a live frame was dropped: a newer one was there when its turn came (`newer`), it was too old when it arrived
 * (`stale`), it has ended the engine before (`poison`), or its source ended while it waited (`ended`).
 */
export const DROP_REASONS = ['newer', 'stale', 'poison', 'ended'] as const;

/** One of {@link DROP_REASONS}. */
export type DropReason = (typeof DROP_REASONS)[number];
