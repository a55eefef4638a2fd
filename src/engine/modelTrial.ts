import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SpotterError } from '../core/errors.js';
import { packageRoot } from '../core/package.js';
import type { Detection, Landmarks } from '../face/detection.js';
import { cosine } from '../face/embedding.js';
import { usePhoto } from '../gallery/photo.js';
import { type DetectorRange, photoLevels } from '../gallery/photoViews.js';
import type { Image } from '../image/image.js';
import type { Prepared } from '../models/prepare.js';
import { modelName } from '../worker/loading.js';
import type { WorkerPool } from '../worker/pool.js';

interface Portrait {
  file: string;
  landmarks: Landmarks;
}

/** Two portraits that come with the product, 512x600 and 150x150 px, and where their faces are. */
const FACE: Portrait = {
  file: 'assets/demo/grace-hopper.jpg',
  landmarks: [
    [221, 194],
    [310, 193],
    [267, 243],
    [228, 280],
    [302, 281],
  ],
};
const OTHER_FACE: Portrait = {
  file: 'assets/trial/eileen-collins.jpg',
  landmarks: [
    [42, 37],
    [111, 39],
    [75, 75],
    [44, 99],
    [103, 101],
  ],
};
/** Files that a trial reads, relative to the package. */
export const TRIAL_FILES = [FACE.file, OTHER_FACE.file];
/** A landmark may be off by this part of the distance between the eyes; spotter-det, yunet, scrfd-2.5g and scrfd-500m pass. */
const LANDMARK_SLACK = 0.3;
/** A detector that finds more than this on a portrait finds faces everywhere. */
const MOST_FACES = 10;
/** The second look at the face: the crop is off by some px, and the picture brighter. */
const SHIFT_PX = 3;
const BRIGHTER = 1.15;
/**
 * Two looks at one face reach the embedder's own threshold, two people do not, and there is at least this between them.
 * Measured with spotter-embed: 0.97 and 0.19. With version 1 of it: 0.91 and 0.24; with a wrong mean and std 0.94 and 0.54.
 */
const LEAST_LEAD = 0.1;

/**
 * Tries the declared models on pictures of faces, so that a model with the wrong mean, colour order or outputs is found at the
 * start and not by its results.
 *
 * @throws SpotterError model.unfit, with what to check; of the worker pool
 */
export async function tryModels(
  pool: Pick<WorkerPool, 'detect' | 'look' | 'firstRun'>,
  { settings, trials }: Pick<Prepared, 'settings' | 'trials'>,
): Promise<void> {
  if (trials.detector) {
    const fault = await withPicture(FACE.file, (image) => detectorFault(pool, image, settings.detector));
    if (fault !== null)
      throw unfit(
        `${modelName('detector', settings)} does not find the face of the test picture (${fault}); check kind, colour, mean, std and score of its entry`,
      );
  }
  if (trials.embedder) {
    const fault = await embedderFault(pool, trials.embedder.threshold);
    if (fault !== null)
      throw unfit(
        `${modelName('embedder', settings)} does not tell the test faces apart (${fault}); check colour, mean, std and threshold of its entry, and that it recognises faces`,
      );
  }
}

async function detectorFault(
  pool: Pick<WorkerPool, 'detect' | 'firstRun'>,
  image: Image,
  range: DetectorRange,
): Promise<string | null> {
  let most = 0;
  // As gallery photos are searched; detectors differ in which of the views shows them the face best.
  for (const view of photoLevels(image, range).flatMap(({ views }) => views)) {
    const { detections } = await pool.firstRun('detector', pool.detect({ image, view }));
    most = Math.max(most, detections.length);
    if (detections.length <= MOST_FACES && detections.some(isTheFace)) return null;
  }
  if (most === 0) return 'it finds none';
  return most > MOST_FACES ? `it finds ${most}` : 'what it finds is elsewhere';
}

function isTheFace({ landmarks }: Detection): boolean {
  const [left, right] = FACE.landmarks;
  const slack = LANDMARK_SLACK * Math.hypot(right[0] - left[0], right[1] - left[1]);
  return landmarks.every(([x, y], index) => {
    const [wantedX, wantedY] = FACE.landmarks[index];
    return Math.hypot(x - wantedX, y - wantedY) <= slack;
  });
}

async function embedderFault(
  pool: Pick<WorkerPool, 'look' | 'firstRun'>,
  threshold: number,
): Promise<string | null> {
  const look = async (image: Image, face: Landmarks) => {
    const task = {
      image,
      faces: [face],
      refinement: 'none' as const,
      minSharpness: 0,
      gallery: null,
    };
    const { looks } = await pool.firstRun('embedder', pool.look(task));
    return looks[0].embedding;
  };
  const [first, again] = await withPicture(FACE.file, async (image) => {
    const shifted = FACE.landmarks.map(([x, y]) => [x + SHIFT_PX, y + SHIFT_PX]) as unknown as Landmarks;
    return [await look(image, FACE.landmarks), await look(brighter(image), shifted)];
  });
  const other = await withPicture(OTHER_FACE.file, (image) => look(image, OTHER_FACE.landmarks));
  if (!first || !again || !other) return 'it returns only zeros';
  const [same, different] = [cosine(first, again), cosine(first, other)];
  if (same >= threshold && different < threshold && same - different >= LEAST_LEAD) return null;
  return `with a threshold of ${threshold}, two pictures of one have a similarity of ${same.toFixed(2)}, of two people ${different.toFixed(2)}`;
}

function brighter(image: Image): Image {
  return { ...image, pixels: image.pixels.map((value) => Math.min(255, value * BRIGHTER)) };
}

async function withPicture<T>(file: string, use: (image: Image) => Promise<T>): Promise<T> {
  const bytes = await readFile(path.join(packageRoot, file));
  return usePhoto(bytes, file, 1, ({ image }) => use(image));
}

function unfit(sentence: string): SpotterError {
  return new SpotterError('model.unfit', `${sentence}, or set trial: false there to use it all the same`);
}
