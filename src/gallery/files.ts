import type { Dirent, Stats } from 'node:fs';
import { readdir, readFile, realpath, stat, statfs } from 'node:fs/promises';

/** Why a file or folder that is there is not used, without the subject. A name that is not UTF-8 cannot be opened, whatever its permissions. */
export const CANNOT_BE_READ = 'cannot be read; check its permissions and its name';

/** The calls with which a gallery's folder is read. They reject with the system's errors. */
export interface Files {
  readdir(folder: string): Promise<Dirent[]>;
  realpath(file: string): Promise<string>;
  stat(file: string): Promise<Stats>;
  readFile(file: string): Promise<Buffer>;
  /** The type of the file system. */
  typeOf(folder: string): Promise<number>;
}

/** The files of this machine. */
export const localFiles: Files = {
  readdir: (folder) => readdir(folder, { withFileTypes: true }),
  realpath,
  stat: (file) => stat(file),
  readFile: (file) => readFile(file),
  typeOf: async (folder) => (await statfs(folder)).type,
};
