import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { Engine } from '../engine/engine.js';
import { scaledFace } from '../face/detection.js';
import { geometricQuality } from '../face/quality.js';
import type { Photo } from '../gallery/photo.js';
import { findFaces } from '../gallery/photoFaces.js';
import { prepare } from '../models/prepare.js';
import { roundQuality } from '../pipeline/verdictFields.js';
import type { Context } from './context.js';
import { type CommonOptions, configOf } from './options.js';
import { usePhotoArgument } from './photos.js';
import { printError, printJson } from './print.js';

/** Options of `spotter detect`. */
export interface DetectOptions extends CommonOptions {
  /** Add the embedding of each face. */
  embed?: boolean;
}

/**
 * `spotter detect`: the faces in photos, one line per photo in the order given. An unreadable photo is reported; the
 * others are still processed.
 *
 * @returns 0, or 2 if a photo is unreadable
 */
export async function detect({ signal }: Context, images: string[], options: DetectOptions): Promise<number> {
  const { config } = configOf(options, CONNECTIONS);
  const engine = new Engine(config, await prepare(config, options.models));
  const { pool } = engine;
  let exitCode = 0;
  try {
    await engine.startNetworks(signal);
    // Starts the next photos while the first is printed, to keep every thread busy.
    const ahead = pool.threads + 1;
    const results: Promise<object | SpotterError>[] = [];
    for (let index = 0; index < images.length && !signal.aborted; index++) {
      for (let next = results.length; next < Math.min(images.length, index + ahead); next++) {
        const file = images[next];
        const faces = usePhotoArgument(file, config, (photo) =>
          facesOf(file, photo, engine, options.embed === true),
        );
        results.push(faces.catch(asSpotterError));
      }
      const result = await results[index];
      if (result instanceof SpotterError) {
        printError(result.message);
        printJson({ image: images[index], error: { code: result.code, message: result.message } });
        exitCode = Math.max(exitCode, result.exitCode);
      } else printJson(result);
    }
  } finally {
    await pool.stop();
  }
  return exitCode;
}

function asSpotterError(error: unknown): SpotterError {
  if (error instanceof SpotterError) return error;
  throw error;
}

async function facesOf(
  file: string,
  { image, source, scale }: Photo,
  { pool, photoLimits }: Engine,
  embed: boolean,
): Promise<object> {
  const detections = await findFaces(pool, image, photoLimits);
  const faces = detections.map(({ landmarks }) => landmarks);
  const { looks } = await pool.look({
    image,
    faces,
    // The embedding belongs to the landmarks that are printed.
    refinement: 'none',
    minSharpness: embed ? 0 : Number.POSITIVE_INFINITY,
    gallery: null,
  });
  return {
    image: file,
    ...source,
    faces: detections.map((detection, index) => {
      const inSource = scaledFace(detection, 1 / scale);
      const { embedding, sharpness } = looks[index];
      return {
        box: [inSource.box.x1, inSource.box.y1, inSource.box.x2, inSource.box.y2].map(hundredths),
        score: Number(detection.score.toFixed(4)),
        landmarks: inSource.landmarks.map((point) => point.map(hundredths)),
        quality: roundQuality({ ...geometricQuality(inSource), sharpness }),
        ...(embed && { embedding: embedding && Array.from(embedding, (value) => Number(value.toFixed(6))) }),
      };
    }),
  };
}

function hundredths(value: number): number {
  return Number(value.toFixed(2));
}
