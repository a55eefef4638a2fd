import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileState } from '../../src/core/fileHash.js';
import { writeHangingDetector } from '../helpers/hangingModel.js';
import { compiledModule, root } from '../helpers/paths.js';
import { temporaryFolder } from '../helpers/temporary.js';

const compiled = (file: string) => JSON.stringify(compiledModule(file));

describe('WorkerPool: a thread inside a network that does not finish', () => {
  it('is reported by name, and the process ends without waiting for it', async () => {
    const file = path.join(temporaryFolder(), 'hanging.onnx');
    writeHangingDetector(file);
    const normalisation = { order: 'rgb', mean: [0, 0, 0], std: [1, 1, 1] };
    const limits = { kind: 'scrfd', minScore: 0.5, maxIou: 0.4, longestSide: 640 };
    const spec = async (id: string, file: string) => ({
      id,
      path: file,
      checked: await fileState(file),
      data: [],
      normalisation,
    });
    const ours = (id: string) => spec(id, path.join(root, `models/${id}.onnx`));
    const settings = {
      detector: { ...(await spec('mine', file)), ...limits },
      embedder: { ...(await ours('spotter-embed')), kind: 'arcface', dimension: 128 },
      landmarks: await ours('spotter-landmarks'),
    };
    const script = `
      const { WorkerPool } = await import(${compiled('worker/pool.js')});
      const pool = new WorkerPool(1, ${JSON.stringify(settings)}, { loadMs: 4000 });
      await pool.start();
      const pixels = new Uint8Array(64 * 64 * 3).fill(255);
      const colour = { matrix: 'bt601', fullRange: true };
      const image = { width: 64, height: 64, format: 'rgb24', colour, pixels };
      await pool.firstRun('detector', pool.detect({ image, border: 0 })).catch((error) => console.log(error.message));
      await pool.stop();
      console.log('stopped');`;
    const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 60_000,
      killSignal: 'SIGABRT',
    });
    expect(stdout).toMatch(
      /^detector "mine" .* has not finished the test picture within 4 s; .*\nstopped\n$/,
    );
    expect(signal).toBe('SIGKILL');
  });
});
