import { SpotterError } from '../core/errors.js';
import type { Image } from '../image/image.js';
import type { FaceEngine } from './frame.js';

/** Observes every picture that goes into the networks, so that the supervisor can identify it after a crash. */
export interface FaceEngineGuard {
  /** Whether the picture with this mark has crashed the engine before. */
  isPoison(mark: string): boolean;
  /** Called with true before a picture goes into the networks, and with false when they are done with it. */
  onWork(mark: string, begins: boolean): void;
}

const SAMPLES = 16_384;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** A hash of a picture: FNV-1a over its size and a sample of its brightness values; 8 hexadecimal digits. */
function markOf({ pixels, width, height }: Image): string {
  const step = Math.max(1, Math.floor((width * height) / SAMPLES)) | 1;
  let hash = Math.imul(FNV_OFFSET ^ width, FNV_PRIME) ^ height;
  for (let index = 0; index < width * height; index += step) {
    hash = Math.imul(hash ^ pixels[index], FNV_PRIME);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * A face engine that refuses poison and reports what it works on to its guard.
 *
 * @returns an engine whose `detect` and `look` also reject with SpotterError frame.poison
 */
export function guardedFaceEngine(faceEngine: FaceEngine, guard: FaceEngineGuard): FaceEngine {
  async function guarded<T>(image: Image, work: () => Promise<T>): Promise<T> {
    const mark = markOf(image);
    if (guard.isPoison(mark))
      throw new SpotterError('frame.poison', 'this picture has crashed the engine before');
    guard.onWork(mark, true);
    try {
      return await work();
    } finally {
      guard.onWork(mark, false);
    }
  }
  return {
    detect: (task) => guarded(task.image, () => faceEngine.detect(task)),
    look: (task) => guarded(task.image, () => faceEngine.look(task)),
    match: (task) => faceEngine.match(task),
  };
}
