/** No configuration is nested this deeply. The parser calls itself for every level, and a stack that overflows ends the process. */
const MAX_DEPTH = 100;

/**
 * Where a YAML text becomes nested too deeply to be parsed, in characters from its start; null where it does not. An estimate
 * that is never too low: brackets in quotes and comments are included.
 */
export function tooDeepAt(text: string): number | null {
  return deepBrackets(text) ?? deepLines(text);
}

function deepBrackets(text: string): number | null {
  let depth = 0;
  for (let offset = 0; offset < text.length; offset++) {
    const character = text[offset];
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    if (depth > MAX_DEPTH) return offset;
  }
  return null;
}

/** Nesting by indentation, and by several `-` or `?` in one line. */
function deepLines(text: string): number | null {
  const columns: number[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const [start] = /^[\s?:-]*/.exec(line) ?? [''];
    if (start.length < line.length) {
      while (columns.length > 0 && columns[columns.length - 1] >= start.length) columns.pop();
      columns.push(start.length);
      const inLine = start.replace(/[^?:-]/g, '').length;
      if (columns.length + inLine > MAX_DEPTH) return offset;
    }
    offset += line.length + 1;
  }
  return null;
}
