import { readdir } from 'node:fs/promises';
import { isSamePerson, nameFault, nameKey } from '../core/personName.js';
import { personOf } from './folder.js';
import { probeFolder } from './folderProbe.js';

/** Gives files of one person one name: of several spellings, the first in the order of the code points. */
export function withOneSpelling<T extends { name: string; person: string }>(files: readonly T[]): T[] {
  const spelling = new Map<string, string>();
  for (const { name } of files) {
    const person = personOf(name);
    const key = nameKey(person);
    const other = spelling.get(key);
    if (other === undefined || person < other) spelling.set(key, person);
  }
  return files.map((file) => {
    const person = spelling.get(nameKey(personOf(file.name))) ?? file.person;
    return person === file.person ? file : { ...file, person };
  });
}

/** One sentence per person whose folders or files are spelled in several ways. */
export function spellingNotes(files: readonly { name: string }[]): string[] {
  const spellings = new Map<string, Set<string>>();
  for (const { name } of files) {
    const person = personOf(name);
    const key = nameKey(person);
    spellings.set(key, (spellings.get(key) ?? new Set()).add(person));
  }
  return [...spellings.values()]
    .filter(({ size }) => size > 1)
    .map((own) => {
      const [first, ...others] = [...own].sort();
      return `${[first, ...others].join(' and ')} are one person, ${first}; give the folders one name`;
    });
}

/** A person's name as it is given, and as the gallery spells it. Never rejects. */
export async function spellingsIn(folder: string, person: string): Promise<string[]> {
  const names = await probeFolder(folder)
    .then(() => readdir(folder))
    .catch(() => []);
  const own = names.flatMap((name) => [name.normalize('NFC'), personOf(name)]);
  return [
    ...new Set([person, ...own.filter((name) => isSamePerson(name, person) && nameFault(name) === null)]),
  ];
}
