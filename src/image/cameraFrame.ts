import type { Image } from './image.js';

/** One decoded picture of a camera. Whoever takes a frame from a source releases it once. */
export interface Frame {
  cameraId: string;
  /** Counts from 0 within one source. */
  seq: number;
  /** Unix time at which the frame was whole in our memory. */
  capturedAtMs: number;
  /** The same moment on the monotonic clock of clock.ts: how long something takes is measured from here. */
  arrivedAtMs: number;
  /** The source's own clock, from 0 at its beginning. */
  mediaTimeMs: number;
  image: Image;
  /** Gives the memory back to the source. The pixels may change at once. */
  release(): void;
}

/**
 * Why a live frame was not looked at: a newer one was there when its turn came, it was older than a second when it
 * came, it has ended the engine before, or its source ended while it waited.
 */
export const DROP_REASONS = ['newer', 'stale', 'poison', 'ended'] as const;

export type DropReason = (typeof DROP_REASONS)[number];
