import { isSamePerson } from '../core/personName.js';
import { plural } from '../core/plural.js';
import type { PersonSettings } from '../gallery/person.js';
import { listSetAside } from '../gallery/setAside.js';
import type { Context } from './context.js';
import { printJson, printLine, printLines } from './print.js';
import { type GalleryOptions, readGallery } from './readGallery.js';

/** `spotter gallery list`: the people, how many of their photos are used or set aside, and the settings of their person.yaml. */
export async function list(context: Context, options: GalleryOptions): Promise<number> {
  const { gallery, config } = await readGallery(context, options);
  const { folder } = config.gallery;
  const { photos, settings: allSettings, expired: allExpired } = gallery;
  const aside = await listSetAside(folder);
  const names = [...new Set([...photos.map(({ person }) => person), ...allSettings.keys()])].sort();
  const people = names.map((person) => {
    const own = photos.filter((photo) => photo.person === person);
    const used = own.filter(({ result }) => result.state === 'used').length;
    const setAside = aside.photos.filter((photo) => isSamePerson(photo.person, person)).length;
    const settings = allSettings.get(person) ?? null;
    return { person, photos: own.length, used, setAside, expired: allExpired.includes(person), settings };
  });
  const setAside = {
    people: aside.people.map(({ person, photos: own }) => ({ person, photos: own.length })),
    photos: aside.photos.length,
  };
  if (options.json) {
    printJson({ gallery: folder, people, setAside });
    return 0;
  }
  const lines = people.map(({ person, photos: all, used, expired, settings, setAside: away }) => {
    const parts = [`${used} of ${plural(all, 'photo')} used${away > 0 ? `, ${away} set aside` : ''}`];
    if (settings) parts.push(settingsText(settings, expired));
    return [person, ...parts].join('  ');
  });
  printLines(lines.length > 0 ? lines : [`no people in ${folder}; add one with "spotter gallery add"`]);
  if (setAside.people.length + setAside.photos > 0) {
    const others = setAside.people.length;
    printLine(
      `set aside: ${others} ${others === 1 ? 'person' : 'people'}, ${plural(setAside.photos, 'photo')}`,
    );
  }
  return 0;
}

function settingsText(
  { displayName, threshold, notify, validUntil }: PersonSettings,
  expired: boolean,
): string {
  const parts = [
    displayName !== null && `displayed as ${displayName}`,
    threshold !== null && `threshold ${threshold}`,
    !notify && 'no notifications',
    validUntil !== null && (expired ? `expired, was valid until ${validUntil}` : `valid until ${validUntil}`),
  ];
  return parts.filter((part) => part !== false).join(', ');
}
