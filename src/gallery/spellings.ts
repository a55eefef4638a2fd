import { readdir, realpath } from 'node:fs/promises';
import { isSamePerson, nameFault, nameKey } from '../core/personName.js';
import { personOf } from './folder.js';
import { probeFolder } from './folderProbe.js';
import { setAsideFolders } from './setAsideFolders.js';

/** Gives files of one person one name: of several spellings, the first in the order of the code points. */
export function withOneSpelling<T extends { name: string; person: string }>(files: readonly T[]): T[] {
  const spellings = spellingsOf(files);
  return files.map((file) => {
    const [person = file.person] = spellings.get(nameKey(personOf(file.name))) ?? [];
    return person === file.person ? file : { ...file, person };
  });
}

/** One sentence per person whose folders or files are spelled in several ways. */
export function spellingNotes(files: readonly { name: string }[]): string[] {
  return [...spellingsOf(files).values()]
    .filter(({ length }) => length > 1)
    .map((own) => `${own.join(' and ')} are one person, ${own[0]}; give the folders one name`);
}

/** The spellings of each person, in the order of the code points; by {@link nameKey}. */
function spellingsOf(files: readonly { name: string }[]): Map<string, string[]> {
  const spellings = new Map<string, string[]>();
  for (const { name } of files) {
    const person = personOf(name);
    const own = spellings.get(nameKey(person));
    if (!own) spellings.set(nameKey(person), [person]);
    else if (!own.includes(person)) own.push(person);
  }
  for (const own of spellings.values()) own.sort();
  return spellings;
}

/** A person's name as it is given, and as the gallery spells it, also of what is set aside. Never rejects. */
export async function spellingsIn(folder: string, person: string): Promise<string[]> {
  const names = await probeFolder(folder)
    .then(async () => {
      const root = await realpath(folder);
      const aside = await setAsideFolders(root);
      return (await Promise.all([root, ...aside.map((one) => one.folder)].map((one) => readdir(one)))).flat();
    })
    .catch(() => []);
  const own = names.flatMap((name) => [name.normalize('NFC'), personOf(name)]);
  return [
    ...new Set([person, ...own.filter((name) => isSamePerson(name, person) && nameFault(name) === null)]),
  ];
}
