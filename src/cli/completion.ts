import { commandTree } from './commandTree.js';
import { completionScript, type Shell } from './completionScripts.js';
import type { Context } from './context.js';
import { printLines } from './print.js';
import { buildProgram } from './program.js';

/** `spotter completion`: prints the script that completes command lines in a shell. */
export async function completion(context: Context, shell: Shell): Promise<number> {
  const program = commandTree(buildProgram(context, () => {}));
  printLines(completionScript(shell, program).trimEnd().split('\n'));
  return 0;
}
