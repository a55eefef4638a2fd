import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/schema.js';
import type { PlacementReport } from '../../src/ipc/protocol.js';
import { DevicePolicy } from '../../src/supervisor/devicePolicy.js';
import { configWith } from '../helpers/engine.js';

const MINUTE_MS = 60_000;
const onDevice: PlacementReport[] = [
  { network: 'detector', provider: 'cuda', device: 0, batch: 8 },
  { network: 'embedder', provider: 'cpu', device: null, batch: 1 },
];
const onCpu = onDevice.map((one) => ({ ...one, provider: 'cpu' }));
const withProvider = (provider: Config['compute']['provider']) =>
  configWith((config) => {
    config.compute.provider = provider;
  }).config;
const auto = withProvider('auto');
const CPU = { provider: 'cpu', device: null };
const TAKES_OVER = ' while cuda ran its networks; the CPU takes over until spotter is restarted';

describe('DevicePolicy', () => {
  it('gives a device up under auto when it reports a failure, for which no picture is to blame', () => {
    const policy = new DevicePolicy();
    expect(policy.applyTo(auto)).toBe(auto);
    expect(policy.engineDied({ code: 'compute.failed' }, onDevice, auto)).toEqual({
      isAtFault: true,
      note: TAKES_OVER,
    });
    expect(policy.applyTo(auto)).toEqual({ ...auto, compute: CPU });
  });

  it('gives it up, too, when it fails before the engine has said where its networks run', () => {
    const policy = new DevicePolicy();
    for (const placements of [[], onCpu]) {
      expect(policy.engineDied({ code: 'compute.failed' }, placements, auto).note).toBe(
        ' while a device ran its networks; the CPU takes over until spotter is restarted',
      );
      expect(policy.applyTo(auto).compute).toEqual(CPU);
    }
  });

  it('gives it up when two engines die on it in ten minutes', () => {
    const policy = new DevicePolicy();
    const first = policy.engineDied({ code: null }, onDevice, auto, 0);
    expect(first).toEqual({ isAtFault: false, note: ' while cuda ran its networks' });
    expect(policy.applyTo(auto)).toBe(auto);
    policy.engineDied({ code: null }, onDevice, auto, 11 * MINUTE_MS);
    expect(policy.applyTo(auto)).toBe(auto);
    expect(policy.engineDied({ code: null }, onDevice, auto, 20 * MINUTE_MS).note).toBe(TAKES_OVER);
    expect(policy.applyTo(auto).compute).toEqual(CPU);
  });

  it('tries the device again when the setting changes', () => {
    const policy = new DevicePolicy();
    policy.engineDied({ code: 'compute.failed' }, onDevice, auto);
    const cuda = withProvider('cuda');
    expect(policy.applyTo(cuda)).toBe(cuda);
    expect(policy.applyTo(auto)).toBe(auto);
  });

  it('keeps a provider that the user insists on, and names it', () => {
    const policy = new DevicePolicy();
    const cuda = withProvider('cuda');
    for (let death = 0; death < 3; death++)
      expect(policy.engineDied({ code: 'compute.failed' }, onDevice, cuda, death)).toEqual({
        isAtFault: true,
        note: ' while cuda ran its networks (compute.provider cuda)',
      });
    expect(policy.applyTo(cuda)).toBe(cuda);
  });

  it('has nothing to say of an engine on the CPU', () => {
    const policy = new DevicePolicy();
    for (let death = 0; death < 3; death++)
      expect(policy.engineDied({ code: null }, onCpu, auto, death)).toEqual({ isAtFault: false, note: '' });
    expect(policy.applyTo(auto)).toBe(auto);
  });
});
