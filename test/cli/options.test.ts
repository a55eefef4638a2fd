import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/cli/options.js';
import { temporaryFolder } from '../helpers/temporary.js';

describe('configOf', () => {
  it('reads the configuration of --dir, with its paths from there, and applies the command line on top', () => {
    const dir = temporaryFolder();
    writeFileSync(path.join(dir, 'config.yaml'), 'http: { host: 127.0.0.2, port: 1, maxConnections: 9 }\n');
    const { config, file } = configOf({ dir, host: '0.0.0.0', port: 0, quiet: true });
    expect(file).toBe(path.join(dir, 'config.yaml'));
    expect(config.gallery.folder).toBe(path.join(dir, 'gallery'));
    expect(config.http).toMatchObject({ host: '0.0.0.0', port: 0, maxConnections: 9 });
    expect(config.log.level).toBe('error');
    expect(configOf({ dir }).config.http).toMatchObject({ host: '127.0.0.2', port: 1 });
  });

  it('takes provider and device together, and refuses a device that the provider cannot have', () => {
    const dir = temporaryFolder();
    writeFileSync(path.join(dir, 'config.yaml'), 'compute: { provider: cuda, device: 1 }\n');
    expect(configOf({ dir }).config.compute).toEqual({ provider: 'cuda', device: 1 });
    expect(configOf({ dir, device: 2 }).config.compute).toEqual({ provider: 'cuda', device: 2 });
    expect(configOf({ dir, provider: 'webgpu' }).config.compute).toEqual({
      provider: 'webgpu',
      device: null,
    });
    expect(() => configOf({ dir, device: 64 })).toThrow('--device 64 is not a number of a device');
    expect(() => configOf({ dir, provider: 'webgpu', device: 2 })).toThrow(
      '--device 2 has no effect with provider webgpu, which has no numbered devices; remove it, or choose cuda, tensorrt or directml',
    );
  });
});
