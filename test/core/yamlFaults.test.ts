import { expect, it, vi } from 'vitest';
import { faultLines, parseYaml, toData } from '../../src/core/yamlFaults.js';

it.each([
  ['a text in braces', 'gallery: {{ folder }}\n', '1:11'],
  ['a list as a key', 'gallery:\n  ? [a, b]\n  : c\n', '2:5'],
])('refuses what cannot be a key in one sentence, without a word of the library: %s', (_, text, place) => {
  const warning = vi.spyOn(process, 'emitWarning');
  const { document, lines, syntax } = parseYaml(text);
  toData(document);
  expect(faultLines('a.yaml', syntax, lines)).toEqual([
    `a.yaml:${place}: a mapping or a list stands where a key belongs; put a text that begins with { or [ in quotes`,
  ]);
  expect(warning).not.toHaveBeenCalled();
});

it.each([
  ['a: 1\na: 2\n', '2:1: Map keys must be unique; remove one of the two'],
  ['a:\n\tb: 1\n', '2:1: Tabs are not allowed as indentation; use spaces'],
  ['a: @x\n', '1:4: Plain value cannot start with reserved character @; put the value in quotes'],
  ['a: !x y\n', '1:4: Unresolved tag: !x; put a text that begins with ! in quotes'],
  ['a: "x\n', '2:1: Missing closing "quote; check quotes, brackets and indentation'],
  ['a\n---\nb\n', '2:1: a second document begins here; keep one'],
])('says what to do about a fault of the syntax: %j', (text, sentence) => {
  const { lines, syntax } = parseYaml(text);
  expect(faultLines('a.yaml', syntax, lines)[0]).toBe(`a.yaml:${sentence}`);
});

it('says what to do about an alias of nothing', () => {
  expect(() => toData(parseYaml('a: *secret\n').document)).toThrow(
    'Unresolved alias; put a text that begins with * in quotes, or set the anchor before it',
  );
});
