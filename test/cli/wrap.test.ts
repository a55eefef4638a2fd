import { describe, expect, it } from 'vitest';
import { proseLines, wrapped } from '../../src/cli/wrap.js';

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

describe('proseLines', () => {
  const sentence = 'one two three four five six seven';

  it.each([
    ['a narrow terminal', { isTTY: true, columns: 22 }, ['one two three four', '  five six seven']],
    ['a wide terminal', { isTTY: true, columns: 33 }, [sentence]],
    ['a terminal without a size', { isTTY: true, columns: 0 }, [sentence]],
    ['a pipe', { isTTY: false, columns: 22 }, [sentence]],
  ])('breaks a sentence for %s', (_output, output, lines) => {
    expect(proseLines(sentence, output)).toEqual(lines);
  });
});
