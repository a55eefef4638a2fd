import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SpotterError } from '../core/errors.js';
import { packageVersion } from '../core/package.js';
import { type Device, type Devices, type NetworkName, ON_CPU, type Placement } from '../worker/protocol.js';
import { type TrialOptions, type TrialOutcome, tryOnDevice } from './deviceTrial.js';
import { absence, fingerprint, type Surroundings, surroundings } from './presence.js';
import {
  automaticProviders,
  type ComputeSettings,
  type DeviceProvider,
  deviceFault,
  FACTS,
} from './providers.js';
import { TrialMemory } from './trialMemory.js';

/** Results of a device are those of the CPU when no output has a smaller cosine to it. */
const LEAST_SIMILARITY = 0.999;

/** A network to find a device for. */
export interface ChosenNetwork {
  /** Path of the ONNX file. */
  file: string;
  /** Of the file and of those with its weights, hexadecimal, separated by commas. */
  sha256: string;
  /** Longest side of its input where it accepts any size, px. */
  longestSide: number;
}

/** What is to be chosen, and for what. */
export interface ChoiceOptions extends Omit<TrialOptions, 'limitMs'> {
  settings: ComputeSettings;
  networks: Record<NetworkName, ChosenNetwork>;
  /** Threads that would run the networks on the CPU, which a device has to beat under `auto`. */
  threads: number;
  /** Where outcomes are remembered; null: nowhere, each trial is run. */
  dataFolder: string | null;
  /** Default: {@link surroundings}. */
  machine?: Surroundings;
}

/** Where the networks will run, and why not on a device. */
export interface Choice {
  devices: Devices;
  /** What the user should know, one sentence each. */
  notes: string[];
}

/**
 * Decides what runs the networks. A device is tried before it is used: that it ran them, with the results of the CPU, and under
 * `auto` in less time than the cores together.
 *
 * @throws SpotterError compute.unavailable when a provider other than `auto` cannot run them; model.* of the networks
 */
export async function chooseDevices(options: ChoiceOptions): Promise<Choice> {
  const { settings, dataFolder } = options;
  const { provider, device } = settings;
  const fault = deviceFault(settings);
  if (fault !== null) throw new SpotterError('compute.unavailable', `compute.device ${fault}`);
  if (provider === 'cpu') return { devices: ON_CPU, notes: [] };
  const machine = options.machine ?? surroundings();
  const trials = new Trials(options, machine, new TrialMemory(dataFolder));
  if (provider === 'auto') return automatic(trials, machine, options.threads);

  const absent = providerFault(settings, machine);
  if (absent !== null) throw new SpotterError('compute.unavailable', absent);
  const devices: Devices = { ...ON_CPU, isStrict: true };
  for (const network of NETWORKS) {
    const outcome = await trials.of(network, deviceOf(provider, device), false);
    const why = faultOf(outcome);
    if (why !== null)
      throw new SpotterError('compute.unavailable', unavailable(settings, `${network}: ${why}`));
    devices[network] = placementOf(deviceOf(provider, device), outcome);
  }
  return { devices, notes: [] };
}

/** Why the wanted provider cannot be there, as far as this can be said without loading anything; null when it may be. */
export function providerFault(settings: ComputeSettings, machine?: Surroundings): string | null {
  const { provider } = settings;
  if (provider === 'auto' || provider === 'cpu') return null;
  const absent = absence(provider, machine ?? surroundings());
  return absent === null ? null : unavailable(settings, absent);
}

const NETWORKS = ['detector', 'embedder'] as const satisfies readonly NetworkName[];

async function automatic(trials: Trials, machine: Surroundings, threads: number): Promise<Choice> {
  const reasons: string[] = [];
  for (const provider of automaticProviders(machine.platform)) {
    if (absence(provider, machine) !== null) continue;
    const device = deviceOf(provider, null);
    const devices: Devices = { ...ON_CPU };
    for (const network of NETWORKS) {
      const outcome = await trials.of(network, device, true);
      const why = faultOf(outcome) ?? slowness(outcome, threads);
      if (why === null) devices[network] = placementOf(device, outcome);
      else reasons.push(`${provider} does not run the ${network} (${why})`);
    }
    if (devices.detector || devices.embedder) return { devices, notes: reasons.map(onCpuInstead) };
  }
  return { devices: ON_CPU, notes: reasons.map(onCpuInstead) };
}

function onCpuInstead(reason: string): string {
  return `compute.provider auto: ${reason}; it runs on the CPU`;
}

/** Runs trials, unless their outcome is known. */
class Trials {
  readonly #options: ChoiceOptions;
  readonly #machine: Surroundings;
  readonly #memory: TrialMemory;

  constructor(options: ChoiceOptions, machine: Surroundings, memory: TrialMemory) {
    this.#options = options;
    this.#machine = machine;
    this.#memory = memory;
  }

  /** @param believesFailures whether a failure is known, too; who insists on a provider may have just repaired it */
  async of(network: NetworkName, device: Device, believesFailures: boolean): Promise<TrialOutcome> {
    const { networks, signal, onProcess, entry } = this.#options;
    const { file, sha256, longestSide } = networks[network];
    const provider = device.provider as DeviceProvider;
    const [width, height] = [longestSide, (longestSide * 3) / 5].map((side) => Math.ceil(side / 32) * 32);
    const versions = [packageVersion, runtimeVersionIn(this.#machine)];
    const key = [versions, sha256, device, width, height, fingerprint(provider, this.#machine)];
    const known = this.#memory.recall(key);
    if (known && (known.ok || believesFailures)) return known;
    const { profiled, trialMs } = FACTS[provider];
    const request = { file, device, profiled, width, height };
    const outcome = await tryOnDevice(request, { limitMs: trialMs, signal, onProcess, entry });
    this.#memory.note(key, outcome);
    return outcome;
  }
}

/** Why the outcome of a trial speaks against the device; null when it does not. */
export function faultOf(outcome: TrialOutcome): string | null {
  if (!outcome.ok) return outcome.why;
  const { ran, similarity } = outcome.result;
  if (ran.onDevice === 0) return 'onnxruntime ran the network on the CPU instead';
  if (!(similarity >= LEAST_SIMILARITY))
    return `its results differ from the CPU's (cosine ${similarity.toFixed(3)}, at least ${LEAST_SIMILARITY} wanted)`;
  return null;
}

function slowness(outcome: TrialOutcome, threads: number): string | null {
  if (!outcome.ok) return null;
  const { deviceMs, cpuMs } = outcome.result;
  if (deviceMs * threads < cpuMs) return null;
  return `${deviceMs.toFixed(1)} ms a picture, and the CPU ${(cpuMs / threads).toFixed(1)} ms with ${threads} threads`;
}

function placementOf(device: Device, outcome: TrialOutcome): Placement | null {
  return outcome.ok ? { device, batch: outcome.result.batch } : null;
}

function deviceOf(provider: DeviceProvider, number: number | null): Device {
  const { backend, hasNumbers } = FACTS[provider];
  return { provider, backend, number: hasNumbers ? (number ?? 0) : null };
}

function unavailable({ provider, device }: ComputeSettings, why: string): string {
  const which = device === null ? '' : ` device ${device}`;
  return `compute.provider ${provider}${which} cannot run the networks: ${why}; see docs/gpu.md, or set it to auto or cpu`;
}

function runtimeVersionIn({ libraries }: Surroundings): string {
  const file = path.resolve(libraries, '../../../../package.json');
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
