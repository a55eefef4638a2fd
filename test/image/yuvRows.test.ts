import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import wabt from 'wabt';
import { YUV_ROWS } from '../../src/image/yuvRowsCode.js';
import { root } from '../helpers/paths.js';

it('yuvRowsCode.ts is what yuvRows.wat compiles to; run node .ci/wat.mjs after a change', async () => {
  const source = readFileSync(path.join(root, 'src/image/yuvRows.wat'), 'utf8');
  const { buffer } = (await wabt()).parseWat('yuvRows.wat', source, { simd: true }).toBinary({});
  expect(YUV_ROWS).toBe(Buffer.from(buffer).toString('base64'));
});
