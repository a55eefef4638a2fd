import { chmodSync, copyFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { prepare } from '../../src/models/prepare.js';
import { Networks } from '../../src/worker/networks.js';
import { root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const FILES = ['spotter-det.onnx', 'spotter-embed.onnx'];

describe('Networks.load', () => {
  it('notices a model file that was swapped after its check, and no harmless change', async () => {
    const folder = temporaryFolder();
    for (const file of FILES) copyFileSync(path.join(root, 'models', file), path.join(folder, file));
    const { settings } = await prepare(loadConfig(null).config, folder);
    const detector = path.join(folder, FILES[0]);
    expect(settings.detector.path).toBe(detector);

    chmodSync(detector, 0o600);
    await Networks.load(settings);

    copyFileSync(path.join(root, 'models', FILES[1]), `${detector}.new`);
    const embedder = path.join(folder, FILES[1]);
    renameSync(`${detector}.new`, embedder);
    await Networks.load(settings);

    copyFileSync(detector, `${embedder}.new`);
    renameSync(`${embedder}.new`, `${detector}`);
    await Networks.load(settings);

    const other = { ...settings.detector, checked: { ...settings.detector.checked, sha256: 'f'.repeat(64) } };
    copyFileSync(path.join(root, 'models', FILES[0]), `${detector}.new`);
    renameSync(`${detector}.new`, detector);
    await expect(Networks.load({ ...settings, detector: other })).rejects.toMatchObject({
      code: 'model.hash_mismatch',
      message: expect.stringMatching(/has changed since its SHA-256 was verified; find out who replaces it/),
    });
  });
});
