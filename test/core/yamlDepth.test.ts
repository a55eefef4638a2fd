import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tooDeepAt } from '../../src/core/yamlDepth.js';
import { faultLines, parseYaml } from '../../src/core/yamlFaults.js';
import { root } from '../helpers/paths.js';

const steps = (count: number) => Array.from({ length: count }, (_, i) => `${' '.repeat(i)}a:\n`).join('');

describe('parseYaml', () => {
  // Without the limit, some of these end the process.
  it.each([
    ['[', `x: 1\na: ${'['.repeat(50_000)}`, 2],
    ['{a: ', `x: 1\n${'{a: '.repeat(20_000)}`, 2],
    ['- ', `x:\n${'- '.repeat(30_000)}1`, 2],
    ['? ', `x:\n${'? '.repeat(30_000)}1`, 2],
    ['indentation', `x: 1\n${steps(300)}`, 102],
  ])('refuses a text that is nested too deeply, in one sentence: %s', (_, text, line) => {
    const { syntax, lines } = parseYaml(text);
    expect(faultLines('a.yaml', syntax, lines)).toEqual([
      expect.stringMatching(new RegExp(`^a\\.yaml:${line}:\\d+: is nested more than 100 levels deep; check`)),
    ]);
  });
});

describe('tooDeepAt', () => {
  it.each([
    ['a long list', '- [1, 2]\n'.repeat(10_000)],
    ['a ruler', `# x\n${'-'.repeat(300)}\n`],
    ['the shipped configuration', readFileSync(path.join(root, 'config.yaml'), 'utf8')],
    ['ninety levels', steps(90)],
  ])('accepts %s', (_, text) => {
    expect(tooDeepAt(text)).toBeNull();
  });
});
