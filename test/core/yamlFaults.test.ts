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
