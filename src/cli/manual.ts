import { packageVersion } from '../core/package.js';
import { commandTree } from './commandTree.js';
import type { Context } from './context.js';
import { manualPage } from './manualPage.js';
import { printLines } from './print.js';
import { buildProgram } from './program.js';

/** `spotter man`: prints the manual page. */
export async function manual(context: Context): Promise<number> {
  const program = commandTree(buildProgram(context, () => {}));
  printLines(manualPage(program, packageVersion).trimEnd().split('\n'));
  return 0;
}
