// Compiles src/image/imageRows.wat into src/image/imageRowsCode.ts. Usage: node .ci/wat.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '../src/image');
const source = readFileSync(path.join(folder, 'imageRows.wat'), 'utf8');
const { buffer } = (await wabt()).parseWat('imageRows.wat', source, { simd: true }).toBinary({});
const code = Buffer.from(buffer).toString('base64');
const lines = code.match(/.{1,100}/g).map((line) => `  '${line}'`);
const text = `/** imageRows.wat, compiled by .ci/wat.mjs, in base64. */\nexport const IMAGE_ROWS =\n${lines.join(' +\n')};\n`;
writeFileSync(path.join(folder, 'imageRowsCode.ts'), text);
