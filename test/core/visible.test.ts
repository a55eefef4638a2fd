import { describe, expect, it } from 'vitest';
import { jsonLine, visible } from '../../src/core/visible.js';

describe('visible', () => {
  it.each([
    ['\x1b]0;pwned\x07\x1b[2J', '\\x1b]0;pwned\\x07\\x1b[2J'],
    ['line1\n{"msg":"forged"}\r\tx', 'line1\\n{"msg":"forged"}\\r\\tx'],
    ['\u009b31m\x7f', '\\u009b31m\\u007f'],
    ['photo\u202egpj.exe', 'photo\\u202egpj.exe'],
    ['a\u2028b\u2029c\u200bd\ufeff', 'a\\u2028b\\u2029c\\u200bd\\ufeff'],
  ])('writes %j as text', (text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visible(shown)).toBe(shown);
  });

  it.each(['Grace Hopper', 'пароль', '👩‍🚀', 'می‌خواهم', 'שלום', 'C:\\photos'])(
    'leaves %s as it is',
    (text) => {
      expect(visible(text)).toBe(text);
    },
  );
});

describe('jsonLine', () => {
  it('writes JSON with the same value and nothing that a terminal obeys', () => {
    const value = { name: '\x1b[2J\u009b31m\n\u202e\u2028\x7f' };
    expect(jsonLine(value)).toBe('{"name":"\\u001b[2J\\u009b31m\\n\\u202e\\u2028\\u007f"}');
    expect(JSON.parse(jsonLine(value))).toEqual(value);
  });
});
