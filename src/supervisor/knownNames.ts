import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { nameFault } from '../core/personName.js';
import type { EventLog } from '../events/log/eventLog.js';
import { EmbeddingCache } from '../gallery/cache.js';
import { personOf } from '../gallery/folder.js';
import { setAsideFolders } from '../gallery/setAsideFolders.js';

/** Where names of people may be. */
export interface NameSources {
  /** The gallery. */
  folder: string;
  /** The data folder. */
  data: string;
  logs: readonly EventLog[];
  /** Of files, relative to the gallery, that may not be there any more. */
  fileNames: readonly string[];
}

const CACHE = /^gallery-[0-9a-f]{16}\.cache$/;

/** Every name of a person that this machine has, in any of its files: to find out whom a name's key stands for. Never rejects. */
export async function knownNames({ folder, data, logs, fileNames }: NameSources): Promise<string[]> {
  const names = new Set<string>();
  const add = (file: string) => {
    const own = file.split('/');
    const inside = own[0] === '.set-aside' ? own.slice(2).join('/') : file;
    for (const name of [personOf(inside), personOf(`${inside}/`)])
      if (nameFault(name) === null) names.add(name);
  };
  for (const file of fileNames) add(file);
  const root = await realpath(folder).catch(() => folder);
  const places = [root, ...(await setAsideFolders(root)).map((aside) => aside.folder)];
  for (const place of places) for (const entry of await readdir(place).catch(() => [])) add(entry);
  for (const name of (await readdir(data).catch(() => [])).filter((one) => CACHE.test(one))) {
    const cache = new EmbeddingCache(path.join(data, name));
    await cache.read();
    for (const file of cache.names) add(file);
  }
  for (const log of logs)
    for (const name of log.readable((store) => store.removal.names(), [])) names.add(name);
  return [...names];
}
