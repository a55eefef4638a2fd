// Compiles src/ and bench/ into build/, module by module, and bundles them into an empty dist/ (bundle.mjs), with declarations of
// what other programs import (tsconfig.types.json), the manual page and the web page (src/dashboard).
// Usage: node .ci/build.mjs
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fingerprint, isCurrent } from './stamp.mjs';

const file = fileURLToPath(import.meta.url);
const root = path.dirname(path.dirname(file));
const stampFile = path.join(root, 'dist/.spotter-setup');

/** The compiler: `node tsc -p ...`. */
export const tsc = path.join(root, 'node_modules/typescript-native/bin/tsc');
const vite = path.join(root, 'node_modules/vite/bin/vite.js');
const pageConfig = path.join(root, 'src/dashboard/vite.config.ts');

/** Of the program, and of the page. */
const SOURCE = /\.(ts|tsx|css|html|svg|json)$/;
/** Types for the checks, which make them. */
const GENERATED = /\.gen\.d\.ts$/;

function sources(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name) && !GENERATED.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function stampOfSources() {
  const settings = [
    'tsconfig.json',
    'tsconfig.types.json',
    'package-lock.json',
    '.ci/build.mjs',
    '.ci/bundle.mjs',
  ].map((name) => path.join(root, name));
  return fingerprint([...settings, ...['src', 'bench'].flatMap((name) => sources(path.join(root, name)))]);
}

/** Compiles, whatever is there. @throws when the compiler finds errors, which it has printed */
export function build() {
  const stamp = stampOfSources();
  process.stderr.write('build: compiling\n');
  // Without this, what a removed source was compiled to would stay.
  for (const folder of ['build', 'dist']) rmSync(path.join(root, folder), { recursive: true, force: true });
  try {
    for (const project of ['tsconfig.json', 'tsconfig.types.json'])
      execFileSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' });
    execFileSync(process.execPath, ['.ci/bundle.mjs'], { cwd: root, stdio: 'inherit' });
    const writeCatalogue =
      "import('./build/src/models/catalogue.js').then((module) => module.writeParsedCatalogue())";
    execFileSync(process.execPath, ['-e', writeCatalogue], { cwd: root, stdio: 'inherit' });
    const pageArgs = ['build', '--logLevel', 'warn', '--config', pageConfig];
    // Tests set another one, with which the page would be larger and name folders of this machine.
    const env = { ...process.env, NODE_ENV: 'production' };
    execFileSync(process.execPath, [vite, ...pageArgs], { cwd: root, stdio: 'inherit', env });
  } catch (cause) {
    throw new Error('compiling failed; see above', { cause });
  }
  // From the definitions of the commands, so it cannot be out of date.
  const page = execFileSync(process.execPath, [path.join(root, 'dist/src/main.js'), 'man'], { cwd: root });
  writeFileSync(path.join(root, 'dist/src/spotter.1'), page);
  writeFileSync(stampFile, stamp);
}

/** Compiles unless build/ and dist/ are from these sources. @throws as build does */
export function buildIfStale() {
  if (!existsSync(path.join(root, 'build')) || !isCurrent(stampFile, stampOfSources())) build();
}

if (process.argv[1] && realpathSync(process.argv[1]) === file) {
  try {
    build();
  } catch (error) {
    process.stderr.write(`build: ${error.message}\n`);
    process.exitCode = 1;
  }
}
