/** Too narrow to break lines in a way that helps. */
const LEAST_WIDTH = 20;

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
