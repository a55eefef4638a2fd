import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { SpotterError } from '../core/errors.js';
import { printQuestion, printToStderr } from './print.js';
import { canAsk } from './question.js';

/**
 * A new password: typed twice on the terminal, without being shown, or the whole of stdin without its last line break.
 *
 * @throws SpotterError usage without a terminal or with two passwords; interrupted
 */
export async function givenPassword(name: string, fromStdin: boolean, signal: AbortSignal): Promise<string> {
  if (fromStdin) return (await text(process.stdin)).replace(/\r?\n$/, '');
  if (!canAsk())
    throw new SpotterError(
      'usage',
      'there is no terminal to ask for the password on; send it with --password-stdin',
    );
  const first = await askHidden(`Password of ${name}:`, signal);
  const again = await askHidden('The same again:', signal);
  if (first === again) return first;
  throw new SpotterError('usage', 'these are two different passwords; try again');
}

/** Asks for a line that is not shown. @throws SpotterError interrupted */
async function askHidden(question: string, signal: AbortSignal): Promise<string> {
  printQuestion(question);
  // As a terminal, readline shows what is typed on its own output, which is nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  const answer = new Promise<string | null>((resolve) => {
    lines.once('line', resolve);
    // A terminal that shows nothing sends Ctrl-C as a character.
    lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    lines.once('close', () => resolve(null));
  });
  const stop = () => lines.close();
  signal.addEventListener('abort', stop, { once: true });
  const line = await answer;
  signal.removeEventListener('abort', stop);
  lines.close();
  printToStderr('');
  if (line === null) throw new SpotterError('interrupted', 'interrupted; nothing was changed');
  return line;
}
