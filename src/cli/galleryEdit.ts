import { describeError, throwIfInterrupted } from '../core/errors.js';
import { Engine } from '../engine/engine.js';
import { type Added, addPhoto, forgetPerson, personName, removePerson } from '../gallery/edit.js';
import { probeFolder } from '../gallery/folderProbe.js';
import { prepare } from '../models/prepare.js';
import type { Context } from './context.js';
import { forget } from './forget.js';
import type { GalleryOptions } from './galleryList.js';
import { configOf, loggerOf } from './options.js';
import { printJson, printLine, printToStderr } from './print.js';

/** `spotter gallery add`: copies photos to a person. @returns 2 if a photo is refused; the others are still added */
export async function add(
  { signal }: Context,
  name: string,
  images: string[],
  options: GalleryOptions,
): Promise<number> {
  const person = personName(name);
  const { config } = configOf(options);
  const engine = new Engine(config, await prepare(config, options.models));
  const added: (Added & { image: string })[] = [];
  try {
    await probeFolder(config.gallery.folder);
    await engine.pool.start();
    for (const image of images) {
      throwIfInterrupted(signal);
      const examine = engine.gallery.examine.bind(engine.gallery);
      const result = await addPhoto({ folder: config.gallery.folder, person, file: image, examine });
      added.push({ image, ...result });
      if (!options.json) print(image, result);
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
  const loaded = configOf(options);
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

function print(image: string, result: Added): void {
  if (result.state === 'added') printLine(`${image}: added as ${result.name}`);
  if (result.state === 'there') printLine(`${image}: already in the gallery as ${result.name}`);
  if (result.state === 'refused') printToStderr(`${image}: not added: ${result.fault}: ${result.message}`);
}
