/** The execution providers that onnxruntime-node has on some platform, and the two that every platform has. */
export const PROVIDERS = ['auto', 'cpu', 'cuda', 'tensorrt', 'directml', 'coreml', 'webgpu'] as const;

/** Which provider is wanted; `auto`: whatever is right and quicker than the CPU. */
export type ProviderChoice = (typeof PROVIDERS)[number];
/** A provider that runs networks on something else than the CPU. */
export type DeviceProvider = Exclude<ProviderChoice, 'auto' | 'cpu'>;

/** What the configuration says under `compute`. */
export interface ComputeSettings {
  provider: ProviderChoice;
  /** Number of the device, from 0; null: the first. */
  device: number | null;
}

/** A provider as onnxruntime-node has it. */
export interface ProviderFacts {
  /** Its name in session options. */
  backend: string;
  /** Its name in a profile. */
  profiled: string;
  /** Platforms whose build contains it, as `<process.platform>/<process.arch>`. */
  platforms: readonly string[];
  /** Whether a device is chosen by number. */
  hasNumbers: boolean;
  /** Whether `auto` considers it. */
  isAutomatic: boolean;
  /** How long a trial of one network may take, ms. */
  trialMs: number;
}

const TRIAL_MS = 90_000;

export const FACTS: Readonly<Record<DeviceProvider, ProviderFacts>> = {
  cuda: {
    backend: 'cuda',
    profiled: 'CUDAExecutionProvider',
    platforms: ['linux/x64'],
    hasNumbers: true,
    isAutomatic: true,
    trialMs: TRIAL_MS,
  },
  tensorrt: {
    backend: 'tensorrt',
    profiled: 'TensorrtExecutionProvider',
    platforms: ['linux/x64'],
    hasNumbers: true,
    // It compiles each network for minutes, at every start.
    isAutomatic: false,
    trialMs: 5 * 60_000,
  },
  directml: {
    backend: 'dml',
    profiled: 'DmlExecutionProvider',
    platforms: ['win32/x64', 'win32/arm64'],
    hasNumbers: true,
    isAutomatic: true,
    trialMs: TRIAL_MS,
  },
  coreml: {
    backend: 'coreml',
    profiled: 'CoreMLExecutionProvider',
    platforms: ['darwin/arm64'],
    hasNumbers: false,
    isAutomatic: true,
    trialMs: TRIAL_MS,
  },
  webgpu: {
    backend: 'webgpu',
    profiled: 'WebGpuExecutionProvider',
    platforms: ['linux/x64', 'win32/x64', 'win32/arm64', 'darwin/arm64'],
    hasNumbers: false,
    isAutomatic: true,
    trialMs: TRIAL_MS,
  },
};

const DEVICE_PROVIDERS = Object.keys(FACTS) as DeviceProvider[];
const NUMBERED = DEVICE_PROVIDERS.filter((provider) => FACTS[provider].hasNumbers);

/** The platform of this process, as in {@link ProviderFacts.platforms}. */
export const PLATFORM = `${process.platform}/${process.arch}`;

/** The providers that `auto` tries, best first. */
export function automaticProviders(platform = PLATFORM): DeviceProvider[] {
  return DEVICE_PROVIDERS.filter(
    (provider) => FACTS[provider].isAutomatic && FACTS[provider].platforms.includes(platform),
  );
}

/** Whether devices of this provider are chosen by number. */
export function hasDevices(provider: ProviderChoice): boolean {
  return NUMBERED.some((numbered) => numbered === provider);
}

/** Largest number of a device. */
export const MAX_DEVICE = 63;

/** Why a device number cannot be used with the provider; null when it can. */
export function deviceFault({ provider, device }: ComputeSettings): string | null {
  if (device === null) return null;
  if (device > MAX_DEVICE) return `is not a number of a device; give one from 0 to ${MAX_DEVICE}`;
  if (hasDevices(provider)) return null;
  return `has no effect with provider ${provider}, which has no numbered devices; remove it, or choose ${NUMBERED.slice(0, -1).join(', ')} or ${NUMBERED.at(-1)}`;
}
