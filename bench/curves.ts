import { availableParallelism } from 'node:os';
import type { Config } from '../src/config/schema.js';
import { throwIfInterrupted } from '../src/core/errors.js';
import { startNetworks } from '../src/engine/networkStart.js';
import { photoLimitsOf } from '../src/engine/photoLimits.js';
import { area } from '../src/face/box.js';
import { type LookClass, lookClass, type SimilarityCurves } from '../src/face/odds.js';
import type { Image } from '../src/image/image.js';
import type { Prepared } from '../src/models/prepare.js';
import { WorkerPool } from '../src/worker/pool.js';
import { countPhotos, type PersonPhoto, type PhotoCounts } from './accuracy.js';
import { findInPlace, type LookOptions, mapSome } from './conditions.js';
import { type Copy, compareFaces, type LabelledFace } from './facePairs.js';
import { type FaceMeant, findFace, lookAtFace, type PhotoLook, withPhoto } from './photoLooks.js';
import { encodeJpeg, shrink } from './rasterEdits.js';
import { fitDifferent, fitSame, MIN_LOOKS, shiftOf } from './similarityCurves.js';

/** Photos with the names of who they show. */
export interface CurvePhotos {
  gallery: readonly PersonPhoto[];
  /** Other photos of people of the gallery. */
  known: readonly PersonPhoto[];
}

/** What to measure, and how. */
export interface CurvesOptions {
  config: Config;
  prepared: Prepared;
  photos: CurvePhotos;
  face: FaceMeant;
  signal: AbortSignal;
  /** Called after every photo. */
  onProgress?: (done: number, total: number) => void;
}

/** Without the sharpness from which they hold: see `bench conditions`. */
export type MeasuredCurves = Omit<SimilarityCurves, 'distinctFrom'>;

/** Measured curves, and what they rest on. */
export interface CurvesResult {
  detector: string;
  embedder: string;
  face: FaceMeant;
  photos: Record<keyof CurvePhotos, PhotoCounts>;
  /** Why photos could not be read, one sentence each. */
  unreadable: string[];
  /** Pairs of different people. */
  pairs: number;
  /** Known looks by class; poor ones include all others, shrunk. */
  looks: Record<LookClass, number>;
  /** Photos under two names that show one face; left out. */
  copies: Copy[];
  curves: MeasuredCurves;
  /** What could not be measured, one sentence each. */
  notes: string[];
}

/** A photo, and the same one shrunk. */
interface Looks {
  asIs: PhotoLook;
  /** null: not shrunk. */
  small: PhotoLook | null;
}

/** The size of a shrunk face, px, and the quality of its JPEG: that of a small face from a camera. */
const SMALL = { px: 40, quality: 75 };

/**
 * Measures the similarity curves of an embedder, with the faces that this detector finds.
 *
 * @throws SpotterError model.unreadable, model.unfit, usage, interrupted
 */
export async function measureCurves(options: CurvesOptions): Promise<CurvesResult> {
  const { prepared, photos, face, signal } = options;
  const looks = await lookAtAll(options);
  const gallery = facesOf(photos.gallery, looks, ({ asIs }) => asIs);
  const known = facesOf(photos.known, looks, ({ asIs }) => asIs);
  const small = facesOf(photos.known, looks, (look) => look.small);
  const { different, toPeople, same, copies } = await compareFaces(gallery, known, signal);
  const shrunk = await compareFaces(gallery, small, signal);
  same.poor.push(...shrunk.same.poor);
  const curves: MeasuredCurves = {
    different: fitDifferent(different),
    shift: shiftOf(toPeople),
    same: fitSame(same),
  };
  const asTheyAre = new Map([...looks].map(([file, look]) => [file, look.asIs]));
  const counts = (some: readonly PersonPhoto[]) =>
    countPhotos(
      some.map(({ file }) => file),
      asTheyAre,
    );
  const { detector, embedder } = prepared.settings;
  return {
    detector: detector.id,
    embedder: embedder.id,
    face,
    photos: { gallery: counts(photos.gallery), known: counts(photos.known) },
    unreadable: [...asTheyAre.values()].flatMap((look) =>
      look.state === 'unreadable' ? [look.message] : [],
    ),
    pairs: different.length,
    looks: { frontal: same.frontal.length, turned: same.turned.length, poor: same.poor.length },
    copies,
    curves,
    notes:
      same.turned.length < MIN_LOOKS
        ? [`only ${same.turned.length} looks are turned, of at least ${MIN_LOOKS}; poor looks stand for them`]
        : [],
  };
}

/** Looks once at every photo, and again at those of known people, shrunk. @returns by path */
async function lookAtAll({
  config,
  prepared,
  photos,
  face,
  signal,
  onProgress,
}: CurvesOptions): Promise<Map<string, Looks>> {
  const pool = new WorkerPool(config.workers ?? availableParallelism(), prepared.settings);
  const options: LookOptions = {
    faceEngine: pool,
    search: photoLimitsOf(config, prepared),
    maxMegapixels: config.photos.maxMegapixels,
    face,
  };
  const known = new Set(photos.known.map(({ file }) => file));
  const files = [...new Set([...photos.gallery, ...photos.known].map(({ file }) => file))];
  const looks = new Map<string, Looks>();
  try {
    await startNetworks(pool, config, prepared, { signal });
    // One more than threads, so that a photo is decoded while all of them work.
    await mapSome(files, pool.threads + 1, async (file) => {
      throwIfInterrupted(signal);
      const look = await withPhoto<Looks>(
        file,
        options,
        (image) => lookTwice(image, known.has(file), options),
        (message) => ({ asIs: { state: 'unreadable', message }, small: null }),
      );
      looks.set(file, look);
      onProgress?.(looks.size, files.length);
    });
  } finally {
    await pool.stop();
  }
  return looks;
}

async function lookTwice(image: Image, isShrunk: boolean, options: LookOptions): Promise<Looks> {
  const face = await findFace(image, options);
  const asIs = await lookAtFace(image, face, options);
  const scale = face ? SMALL.px / Math.sqrt(area(face.box)) : 1;
  if (!face || !isShrunk || scale >= 1) return { asIs, small: null };
  const shrunk = await shrink(image, scale);
  const small = { ...shrunk, image: await encodeJpeg(shrunk.image, SMALL.quality) };
  return { asIs, small: await lookAtFace(small.image, await findInPlace(small, face, options), options) };
}

/** The faces that a camera would judge. */
function facesOf(
  photos: readonly PersonPhoto[],
  looks: ReadonlyMap<string, Looks>,
  which: (looks: Looks) => PhotoLook | null,
): LabelledFace[] {
  return photos.flatMap(({ person, file }) => {
    const both = looks.get(file);
    const look = both && which(both);
    if (look?.state !== 'usable') return [];
    const { embedding, quality } = look;
    return [{ person, file, embedding, look: lookClass(quality) }];
  });
}
