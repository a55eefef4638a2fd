import { CONNECTIONS } from '../config/unusedSections.js';
import { describeError, throwIfInterrupted } from '../core/errors.js';
import { isSamePerson } from '../core/personName.js';
import { Engine } from '../engine/engine.js';
import type { ComparedPhoto } from '../gallery/comparison.js';
import {
  type Added,
  addablePersonName,
  addPhoto,
  forgetPerson,
  personName,
  removePerson,
} from '../gallery/edit.js';
import type { PhotoResult } from '../gallery/enrol.js';
import { findingsAmong } from '../gallery/findings.js';
import { probeFolder } from '../gallery/folderProbe.js';
import { prepare } from '../models/prepare.js';
import type { Context } from './context.js';
import { forget } from './forget.js';
import { configOf, loggerOf } from './options.js';
import { printError, printJson, printLine } from './print.js';
import type { GalleryOptions } from './readGallery.js';

/**
 * `spotter gallery add`: copies photos to a person, and warns where one looks like somebody else's.
 *
 * @returns 2 if a photo is refused; the others are still added
 */
export async function add(
  { signal }: Context,
  name: string,
  images: string[],
  options: GalleryOptions,
): Promise<number> {
  const person = addablePersonName(name);
  const { config } = configOf(options, CONNECTIONS);
  const engine = new Engine(config, await prepare(config, options.models));
  const added: (Added & { image: string; warnings?: string[] })[] = [];
  try {
    await probeFolder(config.gallery.folder);
    // Also removes what interrupted changes have left.
    await engine.start(signal);
    const photos: ComparedPhoto[] = [...engine.gallery.photos];
    for (const image of images) {
      throwIfInterrupted(signal);
      let seen: PhotoResult | null = null;
      const examine = async (bytes: Uint8Array, file: string) => {
        seen = await engine.gallery.examine(bytes, file);
        return seen;
      };
      const result = await addPhoto({ folder: config.gallery.folder, person, file: image, examine });
      const warnings: string[] = [];
      if (seen && result.state === 'added') {
        const isNew = (photo: string) => photo === result.name;
        photos.push({ person: galleryName(person, photos), name: result.name, sha256: null, result: seen });
        for (const { photo, message } of findingsAmong(photos, engine.policy.threshold, isNew))
          warnings.push(`${photo} ${message}`);
      }
      added.push({ image, ...result, ...(warnings.length > 0 && { warnings }) });
      if (options.json) continue;
      print(image, result);
      for (const warning of warnings) printError(`${image}: added, but ${warning}`);
    }
  } finally {
    await engine.stop();
  }
  if (options.json) printJson({ gallery: config.gallery.folder, person, photos: added });
  return added.some(({ state }) => state === 'refused') ? 2 : 0;
}

/** Removes a person with everything that the gallery and its cache have of them; with `forget`, see {@link forget}. */
export async function remove(
  context: Context,
  name: string,
  options: GalleryOptions & { forget?: boolean },
): Promise<number> {
  if (options.forget) return forget(context, name, options);
  const person = personName(name);
  const loaded = configOf(options, CONNECTIONS);
  const { data } = loaded.config;
  const { folder } = loaded.config.gallery;
  await probeFolder(folder);
  const removed = await removePerson(folder, person);
  await forgetPerson(data, folder, person).catch((error: unknown) => {
    const what = 'cannot write the cache of photo embeddings; the next start removes them from it';
    loggerOf(loaded, options).warn(`${what}: ${describeError(error)}`);
  });
  if (options.json) printJson({ gallery: folder, person, removed });
  else for (const file of removed) printLine(`${file} removed`);
  return 0;
}

/** The person as the gallery spells the name. */
function galleryName(person: string, photos: readonly ComparedPhoto[]): string {
  return photos.find((photo) => isSamePerson(photo.person, person))?.person ?? person;
}

function print(image: string, result: Added): void {
  if (result.state === 'added') printLine(`${image}: added as ${result.name}`);
  if (result.state === 'there') printLine(`${image}: already in the gallery as ${result.name}`);
  if (result.state === 'refused') printError(`${image}: not added: ${result.fault}: ${result.message}`);
}
