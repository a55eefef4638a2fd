import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The folder of this package, which contains package.json, models/ and config.yaml; found from src/, build/ and dist/. */
export const packageRoot = findRoot(here);

/** Where this program is compiled: the single modules, if it runs from those, else the bundles. */
const compiled = path.join(
  packageRoot,
  path.relative(packageRoot, here).startsWith('build') ? 'build' : 'dist',
);

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

/** A compiled file that Node starts by its path, such as that of a worker thread. @param name in the checkout, as .js */
export function compiledFile(name: string): URL {
  return pathToFileURL(path.join(compiled, name));
}

/** The folder of the page's files; null where it is not built. */
export const pageFolder = builtPage();

function builtPage(): string | null {
  const folder = path.join(packageRoot, 'dist/src/dashboard');
  return existsSync(path.join(folder, 'index.html')) ? folder : null;
}
