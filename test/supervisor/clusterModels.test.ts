import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema.js';
import { modelsOf } from '../../src/supervisor/clusterModels.js';
import { root } from '../helpers/paths.js';

describe('modelsOf', () => {
  it('identifies the built-in embedder by its file, which a newer spotter may have replaced', () => {
    const file = readFileSync(path.join(root, 'models/spotter-embed.onnx'));
    expect(modelsOf(schema.parse({}))).toEqual({
      detector: 'spotter-det',
      embedder: 'spotter-embed',
      embedderKey: createHash('sha256').update(file).digest('hex'),
    });
  });
});
