import { createHash } from 'node:crypto';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Settings } from '../calibration/settings.js';
import { photoTrial, type Trial, type TrialSource } from '../calibration/trial.js';
import { throwIfInterrupted } from '../core/errors.js';
import { isSamePerson } from '../core/personName.js';
import { comparePhotos } from '../gallery/comparison.js';
import type { PhotoResult } from '../gallery/enrol.js';
import type { Gallery } from '../gallery/gallery.js';
import { type Compared, LeaveOneOut } from '../gallery/leaveOneOut.js';
import { usePhotoFile } from '../gallery/photoFile.js';

/** A photo of somebody who should not be in the gallery. */
export interface StrangerPhoto {
  person: string;
  /** Path. */
  file: string;
  /** How it is called in lists. */
  label: string;
  source: TrialSource;
  /** Whether the person has a name of their own, and not that of a file. */
  isNamed: boolean;
}

/** A photo that was left out, and why. */
export interface LeftOut {
  label: string;
  why: string;
}

/** A supposed stranger who is in the gallery. */
export interface KnownStranger {
  /** One of the photos, or the track. */
  label: string;
  /** Number of the stranger's photos that show it; 1 for a track. */
  photos: number;
  /** Who it is. */
  person: string;
  how: 'face' | 'file' | 'name';
}

/** A gallery that is calibrated. */
export interface CalibratedGallery {
  known: Trial[];
  /** Each person as a stranger to the others. */
  strangers: Trial[];
  /** For strangers from elsewhere. */
  loo: LeaveOneOut;
  /** People, and photos, in use. */
  people: number;
  photos: number;
  /** People with several photos that are not copies. */
  peopleWithSeveral: number;
  /** Photos that are nearly the same picture as another one of the person. */
  copies: string[];
}

/** Photos between two looks at the signal, which arrives only while nothing is computed. */
const PAUSE_EVERY = 50;

type ExaminedPhoto = StrangerPhoto & { sha256: string | null; result: PhotoResult };

/**
 * Leaves out each photo of a gallery once, and each person. Copies of a picture are left out for good: a photo is always
 * similar to its copy. Takes seconds for 2,000 photos.
 *
 * @throws SpotterError interrupted
 */
export async function calibrateGallery(
  { photos, settings, snapshot }: Pick<Gallery, 'photos' | 'settings' | 'snapshot'>,
  { current }: Settings,
  signal: AbortSignal,
): Promise<CalibratedGallery> {
  const inUse = new Set(snapshot.people);
  const used = photos.filter(({ person, result }) => result.state === 'used' && inUse.has(person));
  const copies = new Set(comparePhotos(used, 1, () => false).repeats.map(({ a }) => a.name));
  const faces = used.flatMap(({ person, name, result }) =>
    result.state === 'used' && !copies.has(name)
      ? [{ person, name, embedding: result.embedding, quality: result.quality }]
      : [],
  );
  const loo = new LeaveOneOut(faces, settings);
  const trialOf = (
    face: (typeof faces)[number],
    found: Compared,
    similarity: number,
    besides: number | null,
  ) =>
    photoTrial(
      { ...face, ...found, source: 'gallery', label: face.name, to: similarity, besides },
      current.policy,
    );
  const known: Trial[] = [];
  const strangers: Trial[] = [];
  for (const [index, face] of faces.entries()) {
    if (index % PAUSE_EVERY === 0) {
      await setImmediate();
      throwIfInterrupted(signal);
    }
    const { photo, person } = loo.leaveOut(face);
    if (photo.own !== null) known.push(trialOf(face, photo, photo.own, photo.other));
    if (person.match) strangers.push(trialOf(face, person, person.match.similarity, besidesOf(person)));
  }
  return {
    known,
    strangers,
    loo,
    people: snapshot.people.length,
    photos: snapshot.photos,
    peopleWithSeveral: new Set(known.map(({ group }) => group)).size,
    copies: [...copies],
  };
}

/** What strangers are compared with, and by which settings. */
export interface StrangerOptions {
  gallery: Pick<Gallery, 'photos' | 'snapshot' | 'examine'>;
  loo: LeaveOneOut;
  settings: Settings;
  /** Photos in work at a time, from 1. */
  atATime: number;
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
}

/**
 * Compares photos of strangers with the gallery. They are read like photos of the gallery, so that they compare like those.
 * All photos of somebody who proves to be in the gallery are left out.
 *
 * @throws SpotterError interrupted; those of the worker pool
 */
export async function strangerTrials(
  photos: readonly StrangerPhoto[],
  options: StrangerOptions,
): Promise<{ trials: Trial[]; skipped: LeftOut[]; known: KnownStranger[] }> {
  const { gallery, loo, settings } = options;
  const examined = await examineAll(photos, options);
  const ownerOf = new Map(gallery.photos.map(({ sha256, person }) => [sha256, person]));
  const known = new Map<string, KnownStranger>();
  const note = (photo: StrangerPhoto, person: string, how: KnownStranger['how']) => {
    const before = known.get(keyOf(photo));
    known.set(
      keyOf(photo),
      before ? { ...before, photos: before.photos + 1 } : { label: photo.label, photos: 1, person, how },
    );
  };
  const trials: { photo: ExaminedPhoto; trial: Trial }[] = [];
  const skipped: LeftOut[] = [];
  for (const photo of examined) {
    const { label, person, sha256, result, source } = photo;
    const namesake = photo.isNamed && gallery.snapshot.people.find((one) => isSamePerson(one, person));
    const owner = sha256 === null ? undefined : ownerOf.get(sha256);
    if (owner !== undefined) note(photo, owner, 'file');
    else if (namesake) note(photo, namesake, 'name');
    if (result.state === 'unusable') {
      skipped.push({ label, why: result.message });
      continue;
    }
    const found = loo.whole(result);
    if (!found.match) continue;
    const at = { to: found.match.similarity, besides: besidesOf(found) };
    const trial = photoTrial(
      { ...at, source, label, person, quality: result.quality, match: found.match, compared: found.compared },
      settings.current.policy,
    );
    const name = trial.nameAt(settings.beyondDoubt);
    if (name !== null && owner === undefined && !namesake) note(photo, name, 'face');
    trials.push({ photo, trial });
  }
  return {
    trials: trials.filter(({ photo }) => !known.has(keyOf(photo))).map(({ trial }) => trial),
    skipped,
    known: [...known.values()],
  };
}

/** Photos of one stranger. */
function keyOf({ source, person }: StrangerPhoto): string {
  return `${source}\n${person}`;
}

async function examineAll(
  photos: readonly StrangerPhoto[],
  { gallery, atATime, signal, onProgress }: StrangerOptions,
): Promise<ExaminedPhoto[]> {
  const examined: ExaminedPhoto[] = [];
  let next = 0;
  let done = 0;
  const examineSome = async () => {
    for (let index = next++; index < photos.length && !signal.aborted; index = next++) {
      examined[index] = { ...photos[index], ...(await examine(photos[index], gallery)) };
      onProgress(++done, photos.length);
    }
  };
  await Promise.all(Array.from({ length: atATime }, examineSome));
  throwIfInterrupted(signal);
  return examined;
}

function examine(
  { file }: StrangerPhoto,
  gallery: Pick<Gallery, 'examine'>,
): Promise<Pick<ExaminedPhoto, 'sha256' | 'result'>> {
  return usePhotoFile<Pick<ExaminedPhoto, 'sha256' | 'result'>>(
    file,
    async (bytes) => ({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      result: await gallery.examine(bytes, path.basename(file)),
    }),
    (refusal) => ({ sha256: null, result: { state: 'unusable', ...refusal } }),
  );
}

/** Similarity of the second nearest person; null without one. */
function besidesOf({ match }: Compared): number | null {
  return match && match.margin !== null ? match.similarity - match.margin : null;
}
