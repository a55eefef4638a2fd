import { describe, expect, it } from 'vitest';
import { wrapped } from '../../src/cli/wrap.js';

describe('wrapped', () => {
  it.each([
    ['one two three four five', 20, ['one two three four', 'five']],
    ['a verylongwordthatdoesnotfit b', 20, ['a', 'verylongwordthatdoesnotfit', 'b']],
    ['one two three four five', 5, ['one two three four five']],
    ['one two', Number.POSITIVE_INFINITY, ['one two']],
  ])('breaks %j at %i', (text, width, lines) => {
    expect(wrapped(text, width)).toEqual(lines);
  });
});
