import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, which contains package.json, models/ and config.yaml; found from src/ and from dist/. */
export const packageRoot = findRoot(path.dirname(fileURLToPath(import.meta.url)));

/** The version in package.json. */
export const packageVersion: string = JSON.parse(
  readFileSync(path.join(packageRoot, 'package.json'), 'utf8'),
).version;

function findRoot(start: string): string {
  let folder = start;
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`no package.json above ${start}`);
    folder = parent;
  }
  return folder;
}

/** The folder of the page's files; null where it is not built. */
export const pageFolder = builtPage();

function builtPage(): string | null {
  const folder = path.join(packageRoot, 'dist/src/dashboard');
  return existsSync(path.join(folder, 'index.html')) ? folder : null;
}
