import { jsonLine, visible } from '../core/visible.js';

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

/** Writes lines of events to stdout, with their colours. */
export function printStyled(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Writes one line to stderr; see {@link visible}. */
export function printToStderr(line: string): void {
  process.stderr.write(`${visible(line)}\n`);
}

/** Writes one line to stderr, behind the name of the program; see {@link visible}. */
export function printError(sentence: string): void {
  printToStderr(`spotter: ${sentence}`);
}

/** Writes a question to stderr; the answer is typed behind it. See {@link visible}. */
export function printQuestion(question: string): void {
  process.stderr.write(`${visible(question)} [y/N] `);
}
