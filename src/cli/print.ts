import { jsonLine, visible } from '../core/visible.js';
import { proseLines } from './wrap.js';

/** Writes a value to stdout as one line of JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${jsonLine(value)}\n`);
}

/** Writes lines to stdout; see {@link visible}. */
export function printLines(lines: readonly string[]): void {
  printStyled(lines.map(visible));
}

/** Writes one line to stdout; see {@link visible}. */
export function printLine(line: string): void {
  printLines([line]);
}

/** Writes sentences to stdout, broken at spaces on a terminal that is narrower; see {@link visible}. */
export function printProse(sentences: readonly string[]): void {
  printStyled(sentences.flatMap((sentence) => proseLines(visible(sentence), process.stdout)));
}

/** Writes lines of events to stdout, with their colours. */
export function printStyled(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Writes one line to stderr; see {@link visible}. */
export function printToStderr(line: string): void {
  process.stderr.write(`${visible(line)}\n`);
}

/** Writes a sentence to stderr, behind the name of the program, broken as by {@link printProse}. */
export function printError(sentence: string): void {
  printMessage(visible(sentence));
}

/** The same of a message that is visible already; it may have several lines. */
export function printMessage(message: string): void {
  const lines = `spotter: ${message}`.split('\n').flatMap((line) => proseLines(line, process.stderr));
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** Writes a question to stderr; the answer is typed behind it. See {@link visible}. */
export function printQuestion(question: string): void {
  process.stderr.write(`${proseLines(visible(question), process.stderr).join('\n')} `);
}
