import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureReach } from '../../bench/reach.js';
import type { DetectorSpec } from '../../src/worker/protocol.js';
import { temporaryFolder } from '../helpers/temporary.js';

const { signal } = new AbortController();
/** The folder is looked at before the model is loaded. */
const spec = {} as DetectorSpec;

describe('measureReach', () => {
  it('refuses a folder that cannot be read or has no photos, with one sentence', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'folder.jpg'));
    const file = path.join(folder, 'notes.txt');
    writeFileSync(file, '');
    const none = measureReach(spec, folder, 10, signal);
    await expect(none).rejects.toThrow(`${folder} has no photos, *.jpg or *.png; give a folder that has`);
    for (const place of [file, `${folder}/none`])
      await expect(measureReach(spec, place, 10, signal)).rejects.toThrow(`cannot read ${place}: `);
  });
});
