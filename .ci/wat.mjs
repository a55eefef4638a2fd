// Compiles src/image/yuvRows.wat into src/image/yuvRowsCode.ts. Usage: node .ci/wat.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '../src/image');
const source = readFileSync(path.join(folder, 'yuvRows.wat'), 'utf8');
const { buffer } = (await wabt()).parseWat('yuvRows.wat', source, { simd: true }).toBinary({});
const code = Buffer.from(buffer).toString('base64');
const lines = code.match(/.{1,100}/g).map((line) => `  '${line}'`);
const text = `/** yuvRows.wat, compiled by .ci/wat.mjs, in base64. */\nexport const YUV_ROWS =\n${lines.join(' +\n')};\n`;
writeFileSync(path.join(folder, 'yuvRowsCode.ts'), text);
