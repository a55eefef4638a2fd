import { availableParallelism } from 'node:os';
import type { Config } from '../src/config/schema.js';
import { throwIfInterrupted } from '../src/core/errors.js';
import { startNetworks } from '../src/engine/networkStart.js';
import { photoLimitsOf } from '../src/engine/photoLimits.js';
import { area } from '../src/face/box.js';
import { CLOSE_PX, closeView, faceInPlace } from '../src/face/closeView.js';
import type { Detection } from '../src/face/detection.js';
import type { Image } from '../src/image/image.js';
import type { Prepared } from '../src/models/prepare.js';
import { WorkerPool } from '../src/worker/pool.js';
import type { PersonPhoto, Role } from './accuracy.js';
import { DEGRADATIONS, type Degraded } from './degradations.js';
import { draw, identify, type Outcomes, type Probe } from './identification.js';
import { type FaceMeant, findFace, lookAtFace, type PhotoLook, withPhoto } from './photoLooks.js';
import { randomNumbers } from './random.js';

/** What to measure, and how. */
export interface ConditionsOptions {
  config: Pick<Config, 'workers' | 'compute' | 'data' | 'quality' | 'photos'>;
  prepared: Prepared;
  photos: Readonly<Record<Role, readonly PersonPhoto[]>>;
  face: FaceMeant;
  /** Most people in the gallery, and most strangers. */
  people: number;
  signal: AbortSignal;
  /** Called after every photo. */
  onProgress?: (done: number, total: number) => void;
  /** The compiled worker; set only where the sources run uncompiled. */
  workerEntry?: URL;
}

/** The verdicts on faces in one condition. */
export interface ConditionRow {
  name: string;
  about: string;
  known: Outcomes;
  strangers: Outcomes;
}

/** A measurement of conditions. */
export interface ConditionsResult {
  detector: string;
  embedder: string;
  face: FaceMeant;
  /** In the gallery, each with all photos. */
  people: number;
  rows: ConditionRow[];
  /** Photos without a face even as they are; they are left out. */
  faceless: number;
  /** Why photos could not be read, one sentence each. */
  unreadable: string[];
}

/** One photo of a person in every condition, in the order of {@link DEGRADATIONS}; null: not in the measurement. */
type Looks = Look[] | null;
/** null: no usable face. */
type Look = Pick<Probe, 'embedding' | 'quality'> | null;

/**
 * Measures how well people are recognised in bad pictures: photos are degraded, looked at once, and compared with a gallery of
 * good photos. The same photos give the same figures in every run.
 *
 * @throws SpotterError model.unreadable, model.unfit, interrupted
 */
export async function measureConditions(options: ConditionsOptions): Promise<ConditionsResult> {
  const { prepared, face, signal, config, workerEntry } = options;
  const { gallery, known, strangers } = choosePhotos(options);
  const pool = new WorkerPool(config.workers ?? availableParallelism(), prepared.settings, {
    entry: workerEntry,
  });
  const lookOptions: LookOptions = {
    faceEngine: pool,
    search: photoLimitsOf(config, prepared),
    maxMegapixels: config.photos.maxMegapixels,
    face,
  };
  const unreadable: string[] = [];
  let faceless = 0;
  const total = gallery.length + known.length + strangers.length;
  let done = 0;
  const each = <T>(photos: readonly PersonPhoto[], look: (photo: PersonPhoto, index: number) => Promise<T>) =>
    // One more than threads, so that a photo is decoded while all of them work.
    mapSome(photos, pool.threads + 1, async (photo, index) => {
      throwIfInterrupted(signal);
      const result = await look(photo, index);
      options.onProgress?.(++done, total);
      return result;
    });
  const refuse = (message: string) => {
    unreadable.push(message);
    return null;
  };
  const degraded = (photos: readonly PersonPhoto[], seed: number) =>
    each(photos, ({ file }, index) =>
      withPhoto<Looks>(
        file,
        lookOptions,
        async (image) => {
          const face = await findFace(image, lookOptions);
          if (face) return lookInAll(image, face, seed + index, lookOptions);
          faceless++;
          return null;
        },
        refuse,
      ),
    );
  try {
    await startNetworks(pool, config, prepared, { signal });
    const enrolled = await each(gallery, async ({ person, file }): Promise<Probe> => {
      const look = await withPhoto<PhotoLook | null>(
        file,
        lookOptions,
        async (image) => lookAtFace(image, await findFace(image, lookOptions), lookOptions),
        refuse,
      );
      return { person, embedding: look?.state === 'usable' ? look.embedding : null };
    });
    const [knownLooks, strangerLooks] = [await degraded(known, 1), await degraded(strangers, 1e6)];
    const rows: ConditionRow[] = [];
    for (const [index, { name, about }] of DEGRADATIONS.entries()) {
      const [row] = await identify({
        gallery: enrolled,
        known: probes(known, knownLooks, index),
        strangers: probes(strangers, strangerLooks, index),
        sizes: [enrolled.length],
        draws: 1,
        policy: prepared.policy,
        dimension: prepared.settings.embedder.dimension,
        signal,
      });
      rows.push({ name, about, known: row.known, strangers: row.strangers });
    }
    const { detector, embedder } = prepared.settings;
    return {
      detector: detector.id,
      embedder: embedder.id,
      face,
      people: new Set(gallery.map(({ person }) => person)).size,
      rows,
      faceless,
      unreadable,
    };
  } finally {
    await pool.stop();
  }
}

export interface LookOptions extends Pick<Parameters<typeof findFace>[1], 'faceEngine' | 'search'> {
  maxMegapixels: number;
  face: FaceMeant;
}

/** Looks at the face of a photo in every condition. */
async function lookInAll(image: Image, face: Detection, seed: number, options: LookOptions): Promise<Looks> {
  const looks: Look[] = [];
  for (const [index, { apply }] of DEGRADATIONS.entries()) {
    const worse = await apply(image, face, randomNumbers(seed * DEGRADATIONS.length + index));
    const found = await findInPlace(worse, face, options);
    const look = await lookAtFace(worse.image, found, options, 'tilted');
    looks.push(look.state === 'usable' ? look : null);
  }
  return looks;
}

/**
 * Finds a face where it was, with one detection as in a frame of a camera: at its size in the picture, but no larger than suits
 * every detector.
 *
 * @param face where it was before the picture became worse, px of the original
 */
export async function findInPlace(
  { image, scale }: Degraded,
  face: Detection,
  { faceEngine, search }: LookOptions,
): Promise<Detection | null> {
  const [x1, y1, x2, y2] = [face.box.x1, face.box.y1, face.box.x2, face.box.y2].map((side) => side * scale);
  const box = { x1, y1, x2, y2 };
  const view = closeView(box, 0, Math.min(CLOSE_PX[0], Math.sqrt(area(box))));
  const { detections } = await faceEngine.detect({ image, view });
  return faceInPlace(
    detections.filter(({ score }) => score >= search.quality.minScore),
    box,
  );
}

function probes(photos: readonly PersonPhoto[], looks: readonly Looks[], condition: number): Probe[] {
  return photos.flatMap(({ person }, index) => {
    const all = looks[index];
    return all ? [{ person, ...(all[condition] ?? { embedding: null }) }] : [];
  });
}

/**
 * At most so many people for the gallery, first those of whom there is another photo, and as many strangers. Of each one photo
 * is degraded.
 */
function choosePhotos({
  photos,
  people,
}: Pick<ConditionsOptions, 'photos' | 'people'>): Record<Role, PersonPhoto[]> {
  const random = randomNumbers(people);
  const firstOf = (some: readonly PersonPhoto[]) => [
    ...new Map([...some].reverse().map((photo) => [photo.person, photo])).values(),
  ];
  const some = <T>(all: readonly T[]) => draw(all, Math.min(people, all.length), random);
  const known = some(firstOf(photos.known));
  const chosen = new Set(known.map(({ person }) => person));
  const others = [...new Set(photos.gallery.map(({ person }) => person))].filter((who) => !chosen.has(who));
  for (const person of draw(others, Math.max(0, Math.min(people - chosen.size, others.length)), random))
    chosen.add(person);
  return {
    gallery: photos.gallery.filter(({ person }) => chosen.has(person)),
    known,
    strangers: some(firstOf(photos.strangers)),
  };
}

/** As Array.map, for an asynchronous function, a few at a time. */
export async function mapSome<T, R>(
  items: readonly T[],
  atATime: number,
  map: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await map(items[index], index);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return results;
}
