import { randomBytes } from 'node:crypto';
import type { Context } from './context.js';
import type { CommonOptions } from './options.js';
import { printLine, printToStderr } from './print.js';

const KEY_BYTES = 32;

/** `spotter cluster key`: a key on stdout, and what to do with it on stderr, so that it can be piped into a file. */
export async function key(_context: Context, { quiet }: CommonOptions): Promise<number> {
  printLine(randomBytes(KEY_BYTES).toString('base64url'));
  if (!quiet)
    printToStderr(
      'hint: give it to every node of the cluster, such as in the variable SPOTTER_CLUSTER_KEY with cluster.key: ${SPOTTER_CLUSTER_KEY}; who has it can read everything that the nodes share, and nobody can without it',
    );
  return 0;
}
