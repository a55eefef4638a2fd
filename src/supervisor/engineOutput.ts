import type { Readable } from 'node:stream';

/** A longer line is passed on in parts, characters. */
const MAX_LINE = 16_384;

/** Reads a stream to its end and calls `onLine` with each line, without its line break; empty lines are left out. */
export function forEachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  const emit = (line: string) => {
    if (line.trim() !== '') onLine(line.trimEnd());
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) emit(line);
    if (rest.length > MAX_LINE) {
      emit(rest);
      rest = '';
    }
  });
  stream.on('end', () => emit(rest));
  // The end of a process may break its pipes.
  stream.on('error', () => {});
}
