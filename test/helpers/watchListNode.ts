import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PhotoOutcome } from '../../src/cluster/sharedEmbeddings.js';
import { WatchList } from '../../src/cluster/watchList.js';
import { removeFiles } from '../../src/gallery/edit.js';
import { FolderFiles } from '../../src/gallery/folderFiles.js';
import { knownNames } from '../../src/supervisor/knownNames.js';
import { clusterNode, type TestNode } from './cluster.js';
import { temporaryFolder } from './temporary.js';

/** A node that has a gallery, and no engine: a photo's result is a vector of its first bytes. */
export interface WatchListNode extends TestNode {
  gallery: string;
  data: string;
  watchList: WatchList;
  /** SHA-256 of the photos of which the results of other nodes were handed over, in order. */
  taken: string[];
  /** Whom it has erased. */
  erased: string[];
  /** Writes a file, with its folders. */
  put(name: string, content: string): void;
  /** Every file in the gallery with its content, hidden ones too. */
  files(): Record<string, string>;
  /** Another start on the same folders. */
  again(): WatchListNode;
}

/** A node on a gallery and a data folder, not started. Stops with the test. */
export function watchListNode(
  node: string,
  servers: readonly { url: string }[],
  { gallery = path.join(temporaryFolder(), 'gallery'), data = path.join(temporaryFolder(), 'data') } = {},
): WatchListNode {
  mkdirSync(gallery, { recursive: true });
  mkdirSync(data, { recursive: true });
  const taken: string[] = [];
  const erased: string[] = [];
  const log: string[] = [];
  const watchList: WatchList = new WatchList({
    node,
    data: path.join(data, 'cluster'),
    folder: new FolderFiles(gallery, data),
    outcomes: {
      key: () => 'models',
      known: async (hashes) => hashes.map(outcomeOf),
      take: (outcomes) => taken.push(...outcomes.map(({ sha256 }) => sha256)),
    },
    forgetting: {
      names: () => knownNames({ folder: gallery, data, logs: [], fileNames: watchList.fileNames }),
      eventsOf: () => [],
      erase: async (person) => {
        erased.push(person);
        await removeFiles(gallery, person);
      },
    },
    log: { info: (text) => log.push(text), warn: (text) => log.push(text) },
  });
  const own = clusterNode(node, servers, {}, [watchList]);
  watchList.engineReady();
  return {
    ...own,
    ...{ gallery, data, watchList, taken, erased, log },
    put: (name, content) => {
      const file = path.join(gallery, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      watchList.noteFolder();
    },
    files: () =>
      Object.fromEntries(
        readdirSync(gallery, { recursive: true, encoding: 'utf8' })
          .filter((name) => statSync(path.join(gallery, name)).isFile())
          .sort()
          .map((name) => [name, readFileSync(path.join(gallery, name), 'utf8')]),
      ),
    again: () => watchListNode(node, servers, { gallery, data }),
  };
}

/** SHA-256 of a text. */
export function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

function outcomeOf(sha256: string): PhotoOutcome {
  const embedding = Float32Array.from(sha256, (digit) => Number.parseInt(digit, 16));
  return { sha256, key: 'models', result: { state: 'used', embedding } };
}
