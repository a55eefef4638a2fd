import { describe, expect, it, onTestFinished } from 'vitest';
import { surroundings } from '../../src/compute/presence.js';
import type { ComputeSettings } from '../../src/compute/providers.js';
import { startNetworks } from '../../src/engine/networkStart.js';
import { prepare } from '../../src/models/prepare.js';
import { WorkerPool } from '../../src/worker/pool.js';
import { deviceStandIn } from '../helpers/deviceStandIn.js';
import { configWith } from '../helpers/engine.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { trialWith } from '../helpers/trialStandIn.js';

const machine = { ...surroundings(), platform: 'linux/x64', vulkanDrivers: ['/nowhere/card.json'] };

/** Starts networks on a device that passes its trial, and fails as soon as a thread has it run a picture. */
async function startWith(provider: ComputeSettings['provider']) {
  const { config } = configWith((changed) => {
    changed.compute.provider = provider;
    changed.data = temporaryFolder();
  });
  const prepared = await prepare(config);
  const pool = new WorkerPool(2, prepared.settings, { entry: deviceStandIn("fail('the card is gone');") });
  onTestFinished(() => pool.stop());
  const failures: string[] = [];
  pool.onDeviceFailure = ({ message }) => failures.push(message);
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const trials = { machine, entry: trialWith({}).entry };
  return { starting: startNetworks(pool, config, prepared, { onWarning, trials }), pool, failures, warnings };
}

describe('startNetworks, with a device that fails while the threads load the networks', () => {
  it('has the CPU run them under auto, says so in one line, and the pool works', async () => {
    const { starting, pool, failures, warnings } = await startWith('auto');
    expect(await starting).toMatchObject({ detector: null, embedder: null });
    expect(warnings).toEqual([
      'compute.provider auto: webgpu failed to run the detector: the card is gone; the CPU runs them',
    ]);
    // The engine would end itself.
    expect(failures).toEqual([]);
    const pixels = new Uint8Array(64 * 64 * 3);
    const colour = { matrix: 'bt601', fullRange: true } as const;
    const image = { width: 64, height: 64, format: 'rgb24', colour, pixels } as const;
    expect((await pool.detect({ image })).detections).toEqual([]);
    expect(pool.deviceTally).toBeNull();
  });

  it('refuses the start in one sentence where the provider is named', async () => {
    const { starting, warnings } = await startWith('webgpu');
    await expect(starting).rejects.toMatchObject({
      code: 'compute.unavailable',
      message:
        'webgpu failed to run the detector: the card is gone; see docs/gpu.md, or set compute.provider to auto or cpu',
    });
    expect(warnings).toEqual([]);
  });
});
