import { CONNECTIONS } from '../config/unusedSections.js';
import { SpotterError } from '../core/errors.js';
import { plural } from '../core/plural.js';
import { probeFolder } from '../gallery/folderProbe.js';
import { bringBack, listSetAside, setAside as moveAside } from '../gallery/setAside.js';
import type { Context } from './context.js';
import { configOf } from './options.js';
import { printJson, printLine } from './print.js';
import type { GalleryOptions } from './readGallery.js';

/** Options of `spotter gallery set-aside`. */
export interface SetAsideOptions extends GalleryOptions {
  back?: boolean;
  list?: boolean;
}

/** `spotter gallery set-aside`: moves photos and people out of use or back, or lists what is out of use. */
export async function setAside(_context: Context, what: string[], options: SetAsideOptions): Promise<number> {
  const { folder } = configOf(options, CONNECTIONS).config.gallery;
  if (options.list) {
    if (what.length > 0 || options.back)
      throw new SpotterError('usage', '--list takes neither photos nor --back; it lists everything');
    await probeFolder(folder);
    await printSetAside(folder, options.json === true);
    return 0;
  }
  if (what.length === 0)
    throw new SpotterError('usage', 'name the photos or people; --list shows what is set aside');
  await probeFolder(folder);
  const moved = await (options.back ? bringBack : moveAside)(folder, what);
  if (options.json) printJson({ gallery: folder, moved });
  else
    for (const { from, to } of moved)
      printLine(options.back ? `${to} is in use again` : `${from} set aside as ${to}`);
  return 0;
}

async function printSetAside(folder: string, asJson: boolean): Promise<void> {
  const { people, photos } = await listSetAside(folder);
  if (asJson) {
    const names = (all: { name: string }[]) => all.map(({ name }) => name);
    printJson({
      gallery: folder,
      people: people.map(({ person, photos: own }) => ({ person, photos: names(own) })),
      photos: photos.map(({ person, name }) => ({ person, photo: name })),
    });
    return;
  }
  for (const { person, photos: own } of people)
    printLine(`${person}  ${plural(own.length, 'photo')}, whole person`);
  for (const { name } of photos) printLine(name);
  if (people.length + photos.length === 0) printLine(`nothing is set aside in ${folder}`);
}
