import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { release } from 'node:os';
import path from 'node:path';
import { type DeviceProvider, FACTS, PLATFORM } from './providers.js';

/** The parts of a machine that say, without starting anything, whether a provider can be there. */
export interface Surroundings {
  /** As {@link PLATFORM}. */
  platform: string;
  /** Folder of onnxruntime's libraries for this platform. */
  libraries: string;
  /** Files by which Vulkan finds its drivers. */
  vulkanDrivers: readonly string[];
}

const NVIDIA_VERSION = '/proc/driver/nvidia/version';
const VULKAN_FOLDERS = ['/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/usr/share/vulkan/icd.d'];

/** Of this machine. */
export function surroundings(): Surroundings {
  const { resolve } = createRequire(import.meta.url);
  const library = path.dirname(path.dirname(resolve('onnxruntime-node')));
  return {
    platform: PLATFORM,
    libraries: path.join(library, 'bin/napi-v6', PLATFORM),
    vulkanDrivers: vulkanDrivers(process.env),
  };
}

/** The manifests of Vulkan drivers: those that the environment names, else those in the usual folders. */
export function vulkanDrivers(environment: NodeJS.ProcessEnv): string[] {
  const named = environment.VK_DRIVER_FILES || environment.VK_ICD_FILENAMES;
  const places = named ? named.split(':') : VULKAN_FOLDERS;
  return places.flatMap((place) => {
    try {
      if (!statSync(place).isDirectory()) return [place];
      return readdirSync(place)
        .filter((name) => name.endsWith('.json'))
        .map((name) => path.join(place, name));
    } catch {
      // Not there, or nothing that this user may read.
      return [];
    }
  });
}

/**
 * Why a provider cannot work here, and what to do; null when it has to be tried. Nothing is loaded, so it takes no time where
 * there is no device.
 */
export function absence(provider: DeviceProvider, machine: Surroundings): string | null {
  const { platforms } = FACTS[provider];
  if (!platforms.includes(machine.platform))
    return `onnxruntime-node has it for ${platforms.join(', ')} only, and this is ${machine.platform}`;
  const library = providerLibrary(provider, machine);
  if (library !== null && !existsSync(library)) return `${path.basename(library)} is not installed`;
  if (provider === 'webgpu' && machine.platform.startsWith('linux') && machine.vulkanDrivers.length === 0)
    return 'no Vulkan driver is installed, such as mesa-vulkan-drivers';
  return null;
}

/** What a result of the provider depends on beside onnxruntime and the network: its drivers and libraries, by version or date. */
export function fingerprint(provider: DeviceProvider, machine: Surroundings): string {
  const library = providerLibrary(provider, machine);
  const drivers = provider === 'webgpu' ? machine.vulkanDrivers : [];
  const nvidia = existsSync(NVIDIA_VERSION) ? readFileSync(NVIDIA_VERSION, 'utf8').split('\n', 1)[0] : '';
  return [release(), nvidia, ...[library, ...drivers].map(stamp)].join('|');
}

function providerLibrary(provider: DeviceProvider, { libraries }: Surroundings): string | null {
  if (provider !== 'cuda' && provider !== 'tensorrt') return null;
  return path.join(libraries, `libonnxruntime_providers_${provider}.so`);
}

function stamp(file: string | null): string {
  const found = file === null ? undefined : statSync(file, { throwIfNoEntry: false });
  return found ? `${file} ${found.size} ${Math.trunc(found.mtimeMs)}` : '';
}
