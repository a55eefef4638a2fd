import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { absence, fingerprint, type Surroundings, vulkanDrivers } from '../../src/compute/presence.js';
import { automaticProviders, deviceFault } from '../../src/compute/providers.js';
import { temporaryFolder } from '../helpers/temporary.js';

const machine = (changes: Partial<Surroundings> = {}): Surroundings => ({
  platform: 'linux/x64',
  libraries: temporaryFolder(),
  vulkanDrivers: [],
  ...changes,
});

describe('providers', () => {
  it('are tried by auto where the build has them, without the one that compiles for minutes', () => {
    expect(automaticProviders('linux/x64')).toEqual(['cuda', 'webgpu']);
    expect(automaticProviders('linux/arm64')).toEqual([]);
    expect(automaticProviders('darwin/arm64')).toEqual(['coreml', 'webgpu']);
    expect(automaticProviders('win32/x64')).toEqual(['directml', 'webgpu']);
  });

  it('take a device number only where devices have one', () => {
    expect(deviceFault({ provider: 'cuda', device: 3 })).toBeNull();
    expect(deviceFault({ provider: 'cpu', device: null })).toBeNull();
    for (const provider of ['cpu', 'auto', 'webgpu', 'coreml'] as const)
      expect(deviceFault({ provider, device: 0 })).toBe(
        `has no effect with provider ${provider}, which has no numbered devices; remove it, or choose cuda, tensorrt or directml`,
      );
  });
});

describe('absence', () => {
  it('names the platform, the library or the driver that is missing, without loading anything', () => {
    expect(absence('coreml', machine())).toBe(
      'onnxruntime-node has it for darwin/arm64 only, and this is linux/x64',
    );
    expect(absence('cuda', machine())).toBe('libonnxruntime_providers_cuda.so is not installed');
    expect(absence('webgpu', machine())).toMatch(/^no Vulkan driver is installed/);
  });

  it('is none where everything is there, which says nothing about whether it works', () => {
    const libraries = temporaryFolder();
    writeFileSync(path.join(libraries, 'libonnxruntime_providers_cuda.so'), '');
    expect(absence('cuda', machine({ libraries }))).toBeNull();
    expect(absence('webgpu', machine({ vulkanDrivers: ['/etc/vulkan/icd.d/radeon.json'] }))).toBeNull();
    expect(absence('webgpu', machine({ platform: 'win32/x64' }))).toBeNull();
  });
});

describe('vulkanDrivers', () => {
  it('are the manifests that the environment names, in files and folders that exist', () => {
    const folder = temporaryFolder();
    const [one, two] = ['one.json', 'two.json'].map((name) => path.join(folder, name));
    for (const file of [one, two, path.join(folder, 'README')]) writeFileSync(file, '');
    expect(vulkanDrivers({ VK_DRIVER_FILES: folder }).sort()).toEqual([one, two]);
    expect(vulkanDrivers({ VK_ICD_FILENAMES: `${two}:/nowhere/three.json` })).toEqual([two]);
  });
});

describe('fingerprint', () => {
  it('changes with the library of the provider', () => {
    const at = machine();
    const file = path.join(at.libraries, 'libonnxruntime_providers_cuda.so');
    const without = fingerprint('cuda', at);
    writeFileSync(file, 'one');
    const first = fingerprint('cuda', at);
    writeFileSync(file, 'another');
    expect(new Set([without, first, fingerprint('cuda', at)]).size).toBe(3);
  });
});
