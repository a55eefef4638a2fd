import { createInterface } from 'node:readline';
import { SpotterError } from '../core/errors.js';
import { printQuestion, printToStderr } from './print.js';

/** Whether somebody can be asked: stdin and stderr are terminals. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks a question on the terminal.
 *
 * @returns whether the answer is yes; anything else, and the end of stdin, is no
 * @throws SpotterError interrupted
 */
export async function askYesNo(question: string, signal: AbortSignal): Promise<boolean> {
  printQuestion(`${question} [y/N]`);
  // Not as a terminal, so that Ctrl-C reaches the program.
  const lines = createInterface({ input: process.stdin, terminal: false });
  const answer = new Promise<string | null>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(null));
  });
  const stop = () => lines.close();
  signal.addEventListener('abort', stop, { once: true });
  const line = await answer;
  // Nobody has ended the line of the question.
  if (line === null) printToStderr('');
  signal.removeEventListener('abort', stop);
  lines.close();
  if (signal.aborted) throw new SpotterError('interrupted', 'interrupted; nothing was changed');
  return line !== null && /^\s*y(es)?\s*$/i.test(line);
}
