import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../core/package.js';

/**
 * How to call spotter from the working folder: by its name where it is installed. A checkout has no command of that name; inside
 * it npx finds the program, but elsewhere npx would fetch whatever the registry has under that name.
 */
export function programCall(cwd = process.cwd()): string {
  if (!existsSync(path.join(packageRoot, 'src/main.ts'))) return 'spotter';
  const isInside = !path.relative(packageRoot, cwd).startsWith('..');
  return isInside ? 'npx spotter' : `node ${quoted(path.join(packageRoot, 'dist/src/main.js'))}`;
}

/**
 * What to do with a new home, in three steps.
 *
 * @param folder of the home, as the user would write it; '.' for the working folder
 */
export function nextSteps(folder: string): string[] {
  const call = programCall();
  const place = folder === '.' ? '' : ` --dir ${quoted(folder)}`;
  return [
    'Next:',
    `  1. Photos of people you know:  ${call} gallery add alice alice1.jpg alice2.jpg${place}`,
    `  2. A camera to watch:          ${call} camera add rtsp://user:password@192.168.1.20/stream1${place}`,
    `  3. Watch it:                   ${call} run${place}`,
  ];
}

/** A path as a shell reads it back. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
