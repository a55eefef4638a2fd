import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { removeLeftovers } from '../../src/cli/modelsQuantize.js';
import { temporaryFolder } from '../helpers/temporary.js';

it('removes what a killed "models quantize" has left, but not what may be in use', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, '.quantize-abcdef/inner'), { recursive: true });
  mkdirSync(path.join(folder, 'mine'));
  removeLeftovers(folder);
  expect(readdirSync(folder)).toEqual(['.quantize-abcdef', 'mine']);
  removeLeftovers(folder, Date.now() + 25 * 60 * 60_000);
  expect(readdirSync(folder)).toEqual(['mine']);
});
