import { statSync } from 'node:fs';
import path from 'node:path';
import { SpotterError } from '../core/errors.js';
import { readableStats } from '../core/folders.js';
import type { Archive, CatalogueEntry } from './catalogueEntry.js';
import type { Expected } from './download.js';
import { fileAt, type RemoteAddress, remoteAddress } from './remoteAddress.js';

/** One file of a model, and a place where it may be had. */
export type ModelSource = { expected: Expected } & (
  | { kind: 'file'; path: string }
  | { kind: 'zip'; path: string }
  | { kind: 'remote'; address: RemoteAddress }
  | { kind: 'remoteZip'; address: RemoteAddress; archive: string }
);

/** Place given by `--from`, in place of the addresses of the catalogue. */
export type GivenPlace =
  | { kind: 'folder'; path: string }
  | { kind: 'file'; path: string }
  | { kind: 'url'; address: RemoteAddress };

/**
 * Reads the value of `--from`: an address, a folder, or a file.
 *
 * @throws SpotterError usage
 */
export function givenPlace(from: string): GivenPlace {
  if (from === '') throw new SpotterError('usage', '--from is empty; give a folder or an https:// address');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(from)) return { kind: 'url', address: remoteAddress(from) };
  const place = path.resolve(from);
  const stats = readableStats(place, `--from ${from}`);
  if (stats?.isDirectory()) return { kind: 'folder', path: place };
  if (stats?.isFile()) return { kind: 'file', path: place };
  const what = stats ? 'is neither a folder nor a file' : 'does not exist';
  throw new SpotterError('usage', `--from ${from} ${what}; give a folder or an https:// address`);
}

/**
 * The places to get a model from, in the order in which they are tried.
 *
 * @param from null: the addresses of the catalogue
 * @param isOnly whether no other model is wanted, so that an address or a file may be that of this model
 * @throws SpotterError model.not_found when there is none; usage
 */
export function sourcesOf(
  entry: CatalogueEntry,
  archives: readonly Archive[],
  from: GivenPlace | null,
  isOnly: boolean,
): ModelSource[] {
  if (from === null) return cataloguedSources(entry, archives);
  if (from.kind === 'url') return [sourceAt(entry, from.address, isOnly)];
  if (from.kind === 'file') return [sourceIn(entry, from.path, isOnly)];
  return sourcesIn(entry, archives, from.path);
}

function cataloguedSources({ id, files }: CatalogueEntry, archives: readonly Archive[]): ModelSource[] {
  const [first] = files;
  const inArchives = archives
    .filter(({ members }) => members.includes(first.file))
    .map(({ file, url }): ModelSource => {
      return { expected: first, kind: 'remoteZip', address: remoteAddress(url), archive: file };
    });
  if (first.url !== null)
    return [{ expected: first, kind: 'remote', address: remoteAddress(first.url) }, ...inArchives];
  if (inArchives.length > 0) return inArchives;
  throw new SpotterError(
    'model.not_found',
    `model "${id}" has no address: ${first.why}; give a folder that has ${first.file}, or a mirror, with --from`,
  );
}

function sourceAt({ files: [first] }: CatalogueEntry, address: RemoteAddress, isOnly: boolean): ModelSource {
  const name = path.posix.basename(address.url.pathname);
  if (/\.zip$/i.test(name)) return { expected: first, kind: 'remoteZip', address, archive: 'archive.zip' };
  if (!/\.onnx$/i.test(name))
    return { expected: first, kind: 'remote', address: fileAt(address, first.file) };
  refuseSeveral(address.shown, isOnly);
  return { expected: first, kind: 'remote', address };
}

function sourceIn({ files }: CatalogueEntry, file: string, isOnly: boolean): ModelSource {
  const expected = files.find((one) => one.file === path.basename(file)) ?? files[0];
  if (/\.zip$/i.test(file)) return { expected, kind: 'zip', path: file };
  refuseSeveral(file, isOnly);
  return { expected, kind: 'file', path: file };
}

function refuseSeveral(place: string, isOnly: boolean): void {
  if (!isOnly)
    throw new SpotterError(
      'usage',
      `${place} is one file, but several models are wanted; give the folder, or pull them one by one`,
    );
}

/** A pipe of that name would never end. */
function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function sourcesIn(
  { id, files }: CatalogueEntry,
  archives: readonly Archive[],
  folder: string,
): ModelSource[] {
  const whole = files.map((expected): ModelSource => {
    return { expected, kind: 'file', path: path.join(folder, expected.file) };
  });
  const inArchives = archives.flatMap(({ file, members }) =>
    files
      .filter((expected) => members.includes(expected.file))
      .map((expected): ModelSource => ({ expected, kind: 'zip', path: path.join(folder, file) })),
  );
  const all = [...whole, ...inArchives];
  const found = all.filter((source) => 'path' in source && isFile(source.path));
  if (found.length > 0) return found;
  const names = all.map((source) => ('path' in source ? path.basename(source.path) : ''));
  throw new SpotterError(
    'model.not_found',
    `model "${id}": ${folder} has no ${names.join(', and no ')}; put it there under that name`,
  );
}
