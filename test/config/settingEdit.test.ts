import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { editSettings } from '../../src/config/settingEdit.js';
import { writeSettings } from '../../src/config/writeSettings.js';
import { temporaryFolder } from '../helpers/temporary.js';

const CHANGE = [{ section: 'match', key: 'falseNames', value: 0.0003 }];
const edit = (text: string) => editSettings(text, CHANGE)?.text;

describe('editSettings', () => {
  it.each([
    [
      'replaces a value',
      'match:\n  falseNames: 0.01 # strict\na: ["x"]\n',
      'match:\n  falseNames: 0.0003 # strict\na: ["x"]\n',
    ],
    [
      'adds a line',
      'match: # who\n    # how\n    prior: 0.5\n',
      'match: # who\n    falseNames: 0.0003\n    # how\n    prior: 0.5\n',
    ],
    ['adds to a map in braces', 'match: { prior: 0.5 } # x', 'match: { falseNames: 0.0003, prior: 0.5 } # x'],
    ['adds to empty braces', 'match: {}\n', 'match: { falseNames: 0.0003 }\n'],
    ['adds a section', '# mine\ndata: data', '# mine\ndata: data\nmatch:\n  falseNames: 0.0003\n'],
    [
      'adds to an empty section',
      'match: # none\ndata: x\n',
      'match:\n  falseNames: 0.0003 # none\ndata: x\n',
    ],
    ['replaces a section of null', 'match: null\ndata: x\n', 'match: { falseNames: 0.0003 }\ndata: x\n'],
    ['sets an empty value', 'match:\n  falseNames:\n', 'match:\n  falseNames: 0.0003\n'],
    ['begins a file', '', 'match:\n  falseNames: 0.0003\n'],
    ['writes into JSON', '{"data": "x"}', '{ match: { falseNames: 0.0003 },"data": "x"}'],
    ['keeps CRLF', 'match:\r\n  prior: 0.5\r\n', 'match:\r\n  falseNames: 0.0003\r\n  prior: 0.5\r\n'],
  ])('%s and leaves the rest alone', (_, before, after) => {
    expect(edit(before)).toBe(after);
  });

  it.each([
    ['from the environment', 'match:\n  falseNames: ${ODDS}\n'],
    ['behind an alias', 'a: &a { prior: 0.5 }\nmatch: *a\n'],
    ['with an anchor', 'match:\n  falseNames: &x 0.1\nb: *x\n'],
    ['in a list', '- a\n'],
    ['in a second document', 'data: x\n---\n'],
  ])('refuses a value %s', (_, text) => {
    expect(edit(text)).toBeUndefined();
  });

  it.each([
    ['adds a line at the top level', '# mine\ndata: x # y\n', '# mine\ndata: x # y\ndetector: yunet\n'],
    ['replaces one', 'detector: "a" # why\ndata: x\n', 'detector: yunet # why\ndata: x\n'],
    ['sets an empty one', 'detector:\ndata: x\n', 'detector: yunet\ndata: x\n'],
    ['begins a file', '', 'detector: yunet\n'],
    ['writes into JSON', '{"data": "x"}', '{ detector: yunet,"data": "x"}'],
    ['keeps a reference', 'detector: ${DETECTOR}\n', undefined],
    ['writes before the end of the document', 'data: x\n...\n', 'data: x\ndetector: yunet\n...\n'],
  ])('%s', (_, before, after) => {
    expect(editSettings(before, [{ section: null, key: 'detector', value: 'yunet' }])?.text).toBe(after);
  });

  it('reports the lines that differ', () => {
    const both = [...CHANGE, { section: 'match', key: 'threshold', value: null }];
    expect(editSettings('a: 1\nmatch:\n  threshold: 0.4\n', both)?.lines).toEqual([
      { line: 3, text: '  falseNames: 0.0003' },
      { line: 4, text: '  threshold: null' },
    ]);
  });
});

describe('writeSettings', () => {
  it('keeps permissions, links and references to the environment', () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'real'));
    const file = path.join(folder, 'real', 'spotter.yaml');
    const link = path.join(folder, 'config.yaml');
    const text = 'data: ${HOME}/x # mine\n';
    writeFileSync(file, text);
    chmodSync(file, 0o640);
    symlinkSync(file, link);
    expect(writeSettings(link, CHANGE)).toEqual([
      { line: 2, text: 'match:' },
      { line: 3, text: '  falseNames: 0.0003' },
    ]);
    expect(readFileSync(file, 'utf8')).toBe(`${text}match:\n  falseNames: 0.0003\n`);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('leaves the file alone when the result would be invalid, and says what to do where it cannot be changed', () => {
    const file = path.join(temporaryFolder(), 'config.yaml');
    writeFileSync(file, 'match: { prior: 0.5 }\n');
    expect(() => writeSettings(file, [{ section: 'match', key: 'falseNames', value: 5 }])).toThrow(
      /falseNames/,
    );
    expect(readFileSync(file, 'utf8')).toBe('match: { prior: 0.5 }\n');
    writeFileSync(file, 'match: { falseNames: "${ODDS}" }\n');
    expect(() => writeSettings(file, CHANGE)).toThrow(/set match\.falseNames: 0\.0003 by hand/);
  });
});
