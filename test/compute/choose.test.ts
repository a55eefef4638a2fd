import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ChoiceOptions, chooseDevices } from '../../src/compute/choose.js';
import { surroundings } from '../../src/compute/presence.js';
import type { ComputeSettings } from '../../src/compute/providers.js';
import { temporaryFolder } from '../helpers/temporary.js';
import { type TrialStandIn, trialStandIn, trialThrowing, trialWith } from '../helpers/trialStandIn.js';

/** A Linux machine with a Vulkan driver and no CUDA. */
const machine = { ...surroundings(), platform: 'linux/x64', vulkanDrivers: ['/nowhere/card.json'] };
const network = (file: string) => ({ file, sha256: file, longestSide: 640 });

const choose = (
  { entry }: TrialStandIn,
  settings: Partial<ComputeSettings>,
  dataFolder: string | null = temporaryFolder(),
  changes: Partial<ChoiceOptions> = {},
) =>
  chooseDevices({
    settings: { provider: 'auto', device: null, ...settings },
    networks: { detector: network('detector.onnx'), embedder: network('embedder.onnx') },
    threads: 4,
    dataFolder,
    machine,
    entry,
    ...changes,
  });

const webgpu = { provider: 'webgpu', backend: 'webgpu', number: null };
const onCpu = { detector: null, embedder: null };

describe('chooseDevices', () => {
  it('starts nothing for cpu, and for auto where there is no device', async () => {
    const program = trialWith({});
    expect(await choose(program, { provider: 'cpu' })).toMatchObject({ devices: onCpu, notes: [] });
    const bare = { machine: { ...machine, vulkanDrivers: [] } };
    expect(await choose(program, {}, null, bare)).toMatchObject({ devices: onCpu, notes: [] });
    expect(program.requests()).toEqual([]);
  });

  it('uses a device that is right and quicker than the cores together', async () => {
    const program = trialWith({ deviceMs: 2, cpuMs: 20, batch: 8 });
    const placement = { device: webgpu, batch: 8 };
    expect(await choose(program, {})).toEqual({
      devices: { detector: placement, embedder: placement, isStrict: false },
      notes: [],
    });
    expect(program.requests().map(({ file }) => file)).toEqual(['detector.onnx', 'embedder.onnx']);
  });

  it('keeps to the CPU under auto where the device is slower or wrong, and says so in one line per network', async () => {
    const slow = await choose(trialWith({ deviceMs: 6, cpuMs: 20 }), {});
    expect(slow.devices).toMatchObject(onCpu);
    expect(slow.notes[0]).toBe(
      'compute.provider auto: webgpu does not run the detector (6.0 ms a picture, and the CPU 5.0 ms with 4 threads); it runs on the CPU',
    );
    expect(slow.notes).toHaveLength(2);
    const wrong = await choose(trialWith({ similarity: 0.5 }), {});
    expect(wrong).toMatchObject({ devices: onCpu, notes: [expect.stringContaining('cosine 0.500'), {}] });
  });

  it('decides for each network on its own', async () => {
    const program = trialStandIn(`
      const ran = { onDevice: request.file === 'detector.onnx' ? 9 : 0, elsewhere: 0, heavyElsewhere: 0 };
      report({ kind: 'done', result: { ran, similarity: 1, deviceMs: 1, cpuMs: 9, batch: 1 } });`);
    const { devices, notes } = await choose(program, {});
    expect(devices).toMatchObject({ detector: { device: webgpu }, embedder: null });
    expect(notes).toEqual([
      expect.stringContaining('does not run the embedder (onnxruntime ran the network on the CPU'),
    ]);
  });

  it('refuses a start with a provider that cannot be had, in one sentence', async () => {
    const thrown = trialThrowing('CUDA failure 101: invalid device ordinal ; GPU=0 ; hostname=box');
    await expect(choose(thrown, { provider: 'webgpu' })).rejects.toMatchObject({
      code: 'compute.unavailable',
      exitCode: 2,
      message:
        'compute.provider webgpu cannot run the networks: detector: CUDA failure 101: invalid device ordinal; see docs/gpu.md, or set it to auto or cpu',
    });
    await expect(choose(thrown, { provider: 'coreml' })).rejects.toThrow(
      'compute.provider coreml cannot run the networks: onnxruntime-node has it for darwin/arm64 only, and this is linux/x64',
    );
    await expect(choose(thrown, { provider: 'webgpu', device: 1 })).rejects.toThrow(
      'compute.device has no effect with provider webgpu',
    );
  });

  it('uses a slow device when it is told to', async () => {
    const { devices } = await choose(trialWith({ deviceMs: 90, cpuMs: 20 }), { provider: 'webgpu' });
    expect(devices).toMatchObject({ detector: { device: webgpu }, isStrict: true });
  });

  it('remembers what came out, until the model or the driver changes', async () => {
    const data = temporaryFolder();
    const program = trialWith({});
    await choose(program, {}, data);
    await choose(program, { provider: 'webgpu' }, data);
    expect(program.requests()).toHaveLength(2);
    const networks = {
      detector: { ...network('detector.onnx'), sha256: 'new' },
      embedder: network('embedder.onnx'),
    };
    await choose(program, {}, data, { networks });
    expect(program.requests()).toHaveLength(3);
    const driver = path.join(temporaryFolder(), 'card.json');
    writeFileSync(driver, '{}');
    await choose(program, {}, data, { machine: { ...machine, vulkanDrivers: [driver] } });
    expect(program.requests()).toHaveLength(5);
  });

  it('remembers a failure under auto for a day, and tries again for who insists', async () => {
    const data = temporaryFolder();
    const program = trialThrowing('out of memory');
    await choose(program, {}, data);
    await choose(program, {}, data);
    expect(program.requests()).toHaveLength(2);
    await expect(choose(program, { provider: 'webgpu' }, data)).rejects.toThrow('out of memory');
    expect(program.requests()).toHaveLength(3);
    const file = path.join(data, 'compute.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(/"atMs":\d+/g, `"atMs":${Date.now() - 25 * 60 * 60_000}`));
    await choose(program, {}, data);
    expect(program.requests()).toHaveLength(5);
  });

  it('ignores a memory that is damaged or cannot be written', async () => {
    const data = temporaryFolder();
    writeFileSync(path.join(data, 'compute.json'), '{ "format": 1, "trials": [{}] }');
    expect((await choose(trialWith({}), {}, data)).devices.detector).not.toBeNull();
    const file = path.join(data, 'compute.json', 'no-folder');
    expect((await choose(trialWith({}), {}, file)).devices.detector).not.toBeNull();
  });
});
