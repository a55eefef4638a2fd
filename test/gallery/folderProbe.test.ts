import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { probeFolder } from '../../src/gallery/folderProbe.js';
import { temporaryFolder } from '../helpers/temporary.js';

const LIMIT_MS = 500;
const STAND_STILL = `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${2 * LIMIT_MS})`;

/** Runs before the process that looks does. */
function preload(code: string): void {
  vi.stubEnv('NODE_OPTIONS', `--import=data:text/javascript,${encodeURIComponent(code)}`);
}

afterEach(() => vi.unstubAllEnvs());

it('is content with a folder that is there, and with one that is missing', async () => {
  const folder = temporaryFolder();
  await probeFolder(folder);
  await probeFolder(path.join(folder, 'missing'));
});

it('gives up on a folder that does not answer', async () => {
  preload('import fs from "node:fs"; fs.readdirSync = () => { for (;;); };');
  await expect(probeFolder(temporaryFolder(), LIMIT_MS)).rejects.toThrow('does not answer within 0.5 s');
});

it('does not blame the folder for a process that starts slowly', async () => {
  preload(STAND_STILL);
  await probeFolder(temporaryFolder(), LIMIT_MS);
});

it('does not blame the folder while this process is busy', async () => {
  const probing = probeFolder(temporaryFolder(), LIMIT_MS);
  const busyUntil = performance.now() + 4 * LIMIT_MS;
  while (performance.now() < busyUntil);
  await probing;
});
