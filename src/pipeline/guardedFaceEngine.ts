import { SpotterError } from '../core/errors.js';
import type { Image } from '../image/image.js';
import type { FaceEngine } from './frame.js';

/** Told of every picture that goes into the networks, so that whoever survives a crash knows which one it was. */
export interface Guard {
  /** Whether a picture has ended the engine before. */
  isPoison(mark: string): boolean;
  /** Called when the networks begin with a picture, and when they are done with it. */
  onWork(mark: string, begins: boolean): void;
}

const SAMPLES = 16_384;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** A mark that tells one picture from another: FNV-1a over its size and a part of its brightness values. */
function markOf({ pixels, width, height }: Image): string {
  const step = Math.max(1, Math.floor((width * height) / SAMPLES)) | 1;
  let hash = Math.imul(FNV_OFFSET ^ width, FNV_PRIME) ^ height;
  for (let index = 0; index < width * height; index += step) {
    hash = Math.imul(hash ^ pixels[index], FNV_PRIME);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * FaceEngine that refuse poison and say what they look at.
 *
 * @throws SpotterError frame.poison, beside what the eyes throw
 */
export function guarded(faceEngine: FaceEngine, guard: Guard): FaceEngine {
  async function during<T>(image: Image, look: () => Promise<T>): Promise<T> {
    const mark = markOf(image);
    if (guard.isPoison(mark))
      throw new SpotterError('frame.poison', 'this picture has ended the engine before');
    guard.onWork(mark, true);
    try {
      return await look();
    } finally {
      guard.onWork(mark, false);
    }
  }
  return {
    detect: (task) => during(task.image, () => faceEngine.detect(task)),
    look: (task) => during(task.image, () => faceEngine.look(task)),
    match: (task) => faceEngine.match(task),
  };
}
