import { SpotterError } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import { MIN_SIDE_PX } from './info.js';
import { MAX_SIDE_PX } from './liveCommand.js';

/**
 * Checks the size of a live source's frames.
 *
 * @param name of the source, without credentials
 * @throws SpotterError camera.no_video when they are too small for a face or too large for memory
 */
export function checkFrameSize({ width, height }: Size, name: string): void {
  if (Math.min(width, height) < MIN_SIDE_PX) {
    const sentence = `the frames of ${name} are smaller than ${MIN_SIDE_PX} px, too small for a face; give a larger stream`;
    throw new SpotterError('camera.no_video', sentence);
  }
  if (Math.max(width, height) > MAX_SIDE_PX) {
    const sentence = `the frames of ${name} are ${width}x${height} px; set maxWidth to ${MAX_SIDE_PX} or less`;
    throw new SpotterError('camera.no_video', sentence);
  }
}
