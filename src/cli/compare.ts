import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { roundedApart, writtenApart } from '../core/rounded.js';
import { Engine } from '../engine/engine.js';
import { cosine } from '../face/embedding.js';
import { isPlausible } from '../face/scales.js';
import { findMainFace } from '../gallery/mainFace.js';
import type { Photo } from '../gallery/photo.js';
import { findFaces } from '../gallery/photoFaces.js';
import { prepare } from '../models/prepare.js';
import type { Context } from './context.js';
import { type CommonOptions, configOf } from './options.js';
import { usePhotoArgument } from './photos.js';
import { printJson, printLine } from './print.js';

/** Options of `spotter compare`. */
export interface CompareOptions extends CommonOptions {
  /** Lowest cosine for the same person, -1..1; default: the embedder's own. */
  threshold?: number;
  json?: boolean;
}

/**
 * `spotter compare`: whether the largest faces of two photos are the same person.
 *
 * @returns 0 the same person, 1 different people
 * @throws SpotterError photo.no_face, photo.unreadable, photo.too_large
 */
export async function compare(
  { signal }: Context,
  a: string,
  b: string,
  options: CompareOptions,
): Promise<number> {
  const { config } = configOf(options, CONNECTIONS);
  const engine = new Engine(config, await prepare(config, options.models));
  const { pool, policy } = engine;
  try {
    await engine.startNetworks(signal);
    const embed = (file: string) =>
      usePhotoArgument(file, config, (photo) => largestFace(file, photo, engine));
    const [first, second] = await Promise.all([embed(a), embed(b)]);
    const similarity = cosine(first.embedding, second.embedding);
    const threshold = options.threshold ?? policy.threshold;
    const same = similarity >= threshold;
    if (options.json) {
      const faces = { [a]: first.faces, [b]: second.faces };
      printJson({ same, similarity: roundedApart(similarity, threshold, 4)[0], threshold, faces });
    } else {
      const verdict = same ? 'the same person' : 'different people';
      const [value, limit] = writtenApart(similarity, threshold, 3);
      printLine(`${verdict}: similarity ${value}, threshold ${limit}`);
      for (const [file, { faces }] of [
        [a, first],
        [b, second],
      ] as const) {
        printLine(`  ${file}: ${faces === 1 ? '1 face' : `${faces} faces, the largest was compared`}`);
      }
    }
    return same ? 0 : 1;
  } finally {
    await pool.stop();
  }
}

async function largestFace(file: string, { image }: Photo, { pool, photoLimits }: Engine) {
  const main = await findMainFace(pool, image, photoLimits, 1);
  if (main.kind === 'none')
    throw new SpotterError(
      'photo.no_face',
      `${file} shows no face; use a photo that shows a face from the front`,
    );
  if (main.kind === 'undecided')
    throw new SpotterError(
      'photo.no_face',
      `${file} shows a face, but it is not clear which way up; turn the photo upright`,
    );
  const { landmarks } = main.detection;
  const { looks } = await pool.look({
    image,
    faces: [landmarks],
    refinement: 'all',
    minSharpness: 0,
    gallery: null,
  });
  const { embedding } = looks[0];
  if (!embedding)
    throw new SpotterError('photo.no_face', `${file} shows no face that can be aligned; use a clearer photo`);
  const all = await findFaces(pool, image, photoLimits);
  const faces = all.filter((detection) => isPlausible(detection, photoLimits.quality)).length;
  return { embedding, faces: Math.max(1, faces) };
}
