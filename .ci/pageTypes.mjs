// Writes the types of the API for the page, from the committed document of the API. They are used while types are checked only, so the
// file is not committed and cannot be out of date.
// Usage: node .ci/pageTypes.mjs
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const file = fileURLToPath(import.meta.url);
const root = path.dirname(path.dirname(file));

/** Writes src/dashboard/api/schema.gen.d.ts. */
export async function writePageTypes() {
  const document = JSON.parse(readFileSync(path.join(root, 'docs/openapi.json'), 'utf8'));
  const types = astToString(await openapiTS(document));
  writeFileSync(path.join(root, 'src/dashboard/api/schema.gen.d.ts'), types);
}

if (process.argv[1] && realpathSync(process.argv[1]) === file) await writePageTypes();
