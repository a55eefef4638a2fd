import type { WriteStream } from 'node:tty';

/** Too narrow to break lines in a way that helps. */
const LEAST_WIDTH = 20;
/** Of the lines that go on with a sentence. */
const INDENT = '  ';

/** Breaks a text into lines at its spaces. A longer word has a line of its own. @param width most characters per line */
export function wrapped(text: string, width: number): string[] {
  if (width < LEAST_WIDTH) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A sentence as lines that fit on the terminal, those after the first indented; elsewhere, the sentence as it is. */
export function proseLines(
  sentence: string,
  { isTTY, columns }: Pick<WriteStream, 'isTTY' | 'columns'>,
): string[] {
  // A terminal that does not know its size says 0.
  if (!isTTY || !columns || sentence.length <= columns) return [sentence];
  const [first, ...more] = wrapped(sentence, columns - INDENT.length);
  return [first, ...more.map((line) => `${INDENT}${line}`)];
}
