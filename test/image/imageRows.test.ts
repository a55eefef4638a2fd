import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import wabt from 'wabt';
import { IMAGE_ROWS } from '../../src/image/imageRowsCode.js';
import { root } from '../helpers/paths.js';

it('imageRowsCode.ts is what imageRows.wat compiles to; run node .ci/wat.mjs after a change', async () => {
  const source = readFileSync(path.join(root, 'src/image/imageRows.wat'), 'utf8');
  const { buffer } = (await wabt()).parseWat('imageRows.wat', source, { simd: true }).toBinary({});
  expect(IMAGE_ROWS).toBe(Buffer.from(buffer).toString('base64'));
});
