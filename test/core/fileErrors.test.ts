import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeFileError } from '../../src/core/errors.js';

it.each(['/nowhere/a', "/nowhere/it's, said", '/nowhere/two\nlines'])(
  'says why a file cannot be used, without its path: %j',
  (file) => {
    let reason = '';
    try {
      readFileSync(file);
    } catch (error) {
      reason = describeFileError(error);
    }
    expect(reason).toBe('no such file or directory');
  },
);
