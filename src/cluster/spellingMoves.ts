import { nameBeside } from './fileMerge.js';

/** A file that gets another name; null: it is there under the right one already, and is removed. */
export interface SpellingMove {
  name: string;
  to: string | null;
  sha256: string;
}

/**
 * What puts the files of one person into one folder, where two nodes have spelled the name in two ways: of several spellings, that which the
 * gallery shows. The same on every node.
 *
 * @param own files of one person, by name relative to the gallery
 */
export function spellingMoves(own: ReadonlyMap<string, { sha256: string }>): SpellingMove[] {
  const folderOf = (name: string) => name.slice(0, name.indexOf('/'));
  // Photos beside the folders, and what is set aside, stay where they are.
  const names = [...own.keys()].filter((name) => name.includes('/') && !name.startsWith('.')).sort();
  const [first = ''] = names.map(folderOf).sort();
  const taken = new Map([...own].map(([name, { sha256 }]) => [name, sha256]));
  return names
    .filter((name) => folderOf(name) !== first)
    .map((name) => {
      const sha256 = taken.get(name) ?? '';
      const wanted = first + name.slice(folderOf(name).length);
      const to =
        [wanted, nameBeside(wanted, sha256)].find((one) => (taken.get(one) ?? sha256) === sha256) ?? null;
      const isThere = to === null || taken.has(to);
      if (to !== null) taken.set(to, sha256);
      return { name, to: isThere ? null : to, sha256 };
    });
}
