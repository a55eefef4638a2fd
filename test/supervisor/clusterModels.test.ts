import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema.js';
import { modelsOf } from '../../src/supervisor/clusterModels.js';
import { configWith } from '../helpers/engine.js';
import { declaredEmbedder, writeExternalEmbedder } from '../helpers/externalModel.js';
import { root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const sha256Of = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('modelsOf', () => {
  it('identifies the built-in embedder by its file, which a newer spotter may have replaced', async () => {
    expect(await modelsOf(schema.parse({}))).toEqual({
      detector: 'spotter-det',
      embedder: 'spotter-embed',
      embedderKey: sha256Of(path.join(root, 'models/spotter-embed.onnx')),
    });
  });

  it('identifies a declared embedder by what is in all of its files, also without a declared SHA-256', async () => {
    const { file, sha256 } = writeExternalEmbedder(temporaryFolder());
    const { config } = configWith((changed) => {
      changed.embedder = 'mine';
      changed.models.declared = [declaredEmbedder(file, [{ file: 'mine.data', sha256 }])];
    });
    expect(await modelsOf(config)).toMatchObject({
      embedder: 'mine',
      embedderKey: `${sha256Of(file)},${sha256}`,
    });
  });
});
