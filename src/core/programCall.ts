import { existsSync } from 'node:fs';
import path from 'node:path';
import { liesIn } from './folders.js';
import { packageRoot } from './package.js';

/**
 * How to call spotter from the working folder: by its name where it is installed. A checkout has no command of that name; inside
 * it npx finds the program, but elsewhere npx would fetch whatever the registry has under that name.
 */
export function programCall(): string {
  if (!existsSync(path.join(packageRoot, 'src/main.ts'))) return 'spotter';
  const isInside = liesIn(packageRoot, process.cwd());
  return isInside ? 'npx spotter' : `node ${quoted(path.join(packageRoot, 'dist/src/main.js'))}`;
}

/** A path as a shell reads it back; `~` at the start is the user's folder. */
export function quoted(text: string): string {
  return /^~?[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
