import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { regularFileText } from '../../src/core/regularFile.js';
import { temporaryFolder } from '../helpers/temporary.js';

it('reads a file, and refuses what could block for ever', () => {
  const folder = temporaryFolder();
  const [file, pipe] = [path.join(folder, 'file'), path.join(folder, 'pipe')];
  writeFileSync(file, 'text');
  execFileSync('mkfifo', [pipe]);
  expect(regularFileText(file)).toBe('text');
  expect(() => regularFileText(pipe)).toThrow('it is a device or pipe, not a file');
  expect(() => regularFileText('/dev/zero')).toThrow('it is a device or pipe, not a file');
  expect(() => regularFileText(folder)).toThrow(/EISDIR/);
  expect(() => regularFileText(path.join(folder, 'none'))).toThrow(/ENOENT/);
});
