import type { WriteStream } from 'node:tty';

/** A stream that may be a terminal. */
export type Output = Pick<WriteStream, 'isTTY'> & Partial<Pick<WriteStream, 'hasColors'>>;

/** Whether text on this stream may have colours: on a terminal, unless NO_COLOR is set or TERM is dumb. */
export function hasColours(output: Output): boolean {
  return output.isTTY === true && output.hasColors?.() === true;
}

/** Whether a line on this stream can be drawn again: on a terminal, unless TERM is dumb. */
export function canRedraw(output: Output, environment: NodeJS.ProcessEnv = process.env): boolean {
  return output.isTTY === true && environment.TERM !== 'dumb';
}
