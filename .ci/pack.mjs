// What npm runs before it packs: makes dist/, which is not in the repository.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale, tsc } from './build.mjs';

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** @throws when the compiler is missing and cannot be installed */
function installCompiler() {
  if (existsSync(tsc)) return;
  // npm passes its own options on: `npm pack --dry-run` must not install dryly.
  const options = ['--include=dev', '--ignore-scripts', '--no-dry-run', '--no-audit', '--no-fund'];
  const shell = process.platform === 'win32';
  const { status } = spawnSync('npm', ['ci', ...options], { stdio: 'inherit', shell });
  if (status !== 0) throw new Error('npm ci failed; see above');
}

try {
  installCompiler();
  buildIfStale();
} catch (error) {
  process.stderr.write(`pack: ${error.message}\n`);
  process.exitCode = 1;
}
