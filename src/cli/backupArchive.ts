import { isUtf8 } from 'node:buffer';
import { lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { create, extract, type ReadEntry } from 'tar';
import { SpotterError } from '../core/errors.js';

/** A file, folder or link, and its name in an archive. */
export interface Packed {
  /** Absolute. */
  from: string;
  /** With forward slashes. */
  name: string;
  /** 0 for a folder or link. */
  bytes: number;
}

/**
 * Everything below a folder, itself first: files, folders and links, sorted. Links are not followed. Those that lead out of the
 * topmost folder are left out, and names that are not UTF-8, under which Node opens nothing.
 *
 * @param onLeftOut called with a name, and why it is left out: a sentence without its subject
 * @throws the system's error
 */
export async function packedFolder(
  folder: string,
  name: string,
  onLeftOut: (name: string, why: string) => void = () => {},
): Promise<Packed[]> {
  const all: Packed[] = [{ from: folder, name, bytes: 0 }];
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  for (const entry of entries.sort((a, b) => Buffer.compare(a.name, b.name))) {
    const [from, own] = [path.join(folder, `${entry.name}`), `${name}/${entry.name}`];
    if (!isUtf8(entry.name)) onLeftOut(own, 'has a name that is not UTF-8, and is not used; rename it');
    else if (entry.isDirectory()) all.push(...(await packedFolder(from, own, onLeftOut)));
    else if (entry.isFile()) all.push({ from, name: own, bytes: (await lstat(from)).size });
    else if (entry.isSymbolicLink()) {
      const target = await readlink(from, 'buffer');
      if (!isUtf8(target)) onLeftOut(own, 'is a link to a name that is not UTF-8; rename what it leads to');
      else if (staysInside(own, `${target}`)) all.push({ from, name: own, bytes: 0 });
      else onLeftOut(own, 'is a link to the outside of the gallery, whose photos are not used');
    }
  }
  return all;
}

/** Writes an archive, in this order: tar, gzip, without owners. @throws the system's error, with the path of what cannot be read */
export async function pack(file: string, entries: readonly Packed[]): Promise<void> {
  const root = path.parse(file).root;
  const relative = (from: string) => path.relative(root, from).split(path.sep).join('/');
  const names = new Map(entries.map(({ from, name }) => [relative(from), name]));
  await create(
    {
      file,
      cwd: root,
      mode: 0o600,
      gzip: true,
      portable: true,
      noDirRecurse: true,
      strict: true,
      onWriteEntry: (entry) => {
        const name = names.get(entry.path.replace(/\/$/, ''));
        if (name !== undefined) entry.path = entry.path.endsWith('/') ? `${name}/` : name;
        // Each name of a file with several is a file of its own: an archive with hard links cannot be restored.
        entry.linkCache.clear();
        // The system does not say which file a failing disk could not read.
        entry.on('error', (error) => Object.assign(error as Error, { path: entry.absolute }));
      },
    },
    [...names.keys()],
  );
}

/**
 * Unpacks an archive into an empty folder.
 *
 * @param isWanted whether a file of this name, with forward slashes, belongs to it
 * @throws SpotterError usage for an archive that is damaged or contains anything else
 */
export async function unpack(
  file: string,
  folder: string,
  isWanted: (name: string) => boolean,
): Promise<void> {
  const strange: string[] = [];
  const filter = (name: string, entry: unknown) => {
    const isRight = isWanted(name.replace(/\/$/, '')) && isHarmless(entry as ReadEntry);
    if (!isRight) strange.push(name);
    else withoutPrivileges(entry as ReadEntry);
    return isRight;
  };
  try {
    await extract({ file, cwd: folder, filter, strict: true, preserveOwner: false });
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) throw cause;
    throw new SpotterError('usage', `${file} is damaged or no backup of spotter; use another backup`, {
      cause,
    });
  }
  if (strange.length > 0)
    throw new SpotterError('usage', `${file} is not a backup of spotter: it contains ${strange[0]}`);
}

/** Links of a gallery stay within it. */
function isHarmless({ path: name, type, linkpath }: ReadEntry): boolean {
  if (type === 'File' || type === 'OldFile' || type === 'Directory') return true;
  return type === 'SymbolicLink' && linkpath !== undefined && staysInside(name, linkpath);
}

/** No program of an archive runs as somebody else. */
function withoutPrivileges(entry: ReadEntry): void {
  entry.mode = (entry.mode ?? 0o600) & (entry.type === 'Directory' ? 0o777 : 0o666);
}

/** Whether a link leads to something in its topmost folder. Behind a name, `..` may lead anywhere, because the name may be a link. */
function staysInside(name: string, target: string): boolean {
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const firstName = parts.findIndex((part) => part !== '..');
  if (target.startsWith('/') || firstName === -1 || parts.slice(firstName).includes('..')) return false;
  const [top] = name.split('/');
  return path.posix.join(path.posix.dirname(name), target).startsWith(`${top}/`);
}
