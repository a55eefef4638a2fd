import { describe, expect, it } from 'vitest';
import { PLATFORM, type ProviderChoice } from '../../src/compute/providers.js';
import { checkCompute, checkProvider } from '../../src/doctor/computeCheck.js';
import { configWith } from '../helpers/engine.js';

/** A provider that no build for this platform has. */
const foreign = PLATFORM === 'darwin/arm64' ? 'directml' : 'coreml';
const withProvider = (provider: ProviderChoice) =>
  configWith((config) => {
    config.compute.provider = provider;
  }).config;
const { signal } = new AbortController();
const FAULT = {
  check: 'compute',
  key: 'compute.provider',
  state: 'fault',
  message: expect.stringContaining(
    `compute.provider ${foreign} cannot run the networks: onnxruntime-node has it for `,
  ),
};

describe('checkProvider', () => {
  it('finds a provider that cannot be here, without loading anything', () => {
    expect(checkProvider(withProvider('auto')).state).toBe('ok');
    expect(checkProvider(withProvider(foreign))).toMatchObject(FAULT);
  });
});

describe('checkCompute', () => {
  it('says what would run the networks, or why the wanted provider would not', async () => {
    expect(await checkCompute(withProvider('cpu'), undefined, signal)).toMatchObject([
      { state: 'ok', message: 'detector and embedder: cpu' },
    ]);
    expect(await checkCompute(withProvider(foreign), undefined, signal)).toMatchObject([FAULT]);
  });
});
