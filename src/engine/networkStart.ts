import { type ChoiceOptions, type ChosenNetwork, chooseDevices } from '../compute/choose.js';
import type { Config } from '../config/schema.js';
import { SpotterError } from '../core/errors.js';
import type { PlacementReport } from '../ipc/protocol.js';
import type { Prepared } from '../models/prepare.js';
import { DEVICE_NETWORKS } from '../worker/deviceMemory.js';
import type { WorkerPool } from '../worker/pool.js';
import { type Devices, type ModelSpec, type NetworkName, ON_CPU } from '../worker/protocol.js';

/** How networks are started. */
export interface NetworkStartOptions {
  signal?: AbortSignal | undefined;
  /** Called with one sentence for each device that is not used although `auto` found it. */
  onWarning?: ((message: string) => void) | undefined;
  /** See {@link TrialOptions.onProcess}. */
  onProcess?: ((pid: number, running: boolean) => void) | undefined;
  /** Machine and program of the trials; set only by tests. */
  trials?: Pick<ChoiceOptions, 'machine' | 'entry'>;
}

/**
 * Starts the threads of a pool, with the networks on the device that the configuration wants.
 *
 * @returns where they run
 * @throws SpotterError compute.unavailable, and of {@link WorkerPool.start}
 */
export async function startNetworks(
  pool: WorkerPool,
  config: Pick<Config, 'compute' | 'data'>,
  { settings }: Pick<Prepared, 'settings'>,
  { signal, onProcess, onWarning = () => {}, trials }: NetworkStartOptions = {},
): Promise<Devices> {
  const { compute, data: dataFolder } = config;
  const wanted = { settings: compute, networks: chosenNetworks(settings), threads: pool.threads };
  const { devices, notes } = await chooseDevices({ ...wanted, ...trials, dataFolder, signal, onProcess });
  for (const note of notes) onWarning(note);
  try {
    await pool.start(devices);
    return devices;
  } catch (error) {
    if (!(error instanceof SpotterError) || error.code !== 'compute.failed' || pool.isEnded) throw error;
    if (devices.isStrict)
      throw new SpotterError(
        'compute.unavailable',
        `${error.message}; see docs/gpu.md, or set compute.provider to auto or cpu`,
      );
    onWarning(`compute.provider auto: ${error.message}; the CPU runs them`);
    await pool.start();
    return ON_CPU;
  }
}

/** What a device is tried with. */
export function chosenNetworks({
  detector,
  embedder,
}: Prepared['settings']): Record<NetworkName, ChosenNetwork> {
  const { longestSide } = detector;
  const chosen = ({ path: file, checked, data }: ModelSpec) => {
    const sha256 = [checked, ...data.map((one) => one.checked)].map((one) => one.sha256).join();
    return { file, sha256, longestSide };
  };
  return { detector: chosen(detector), embedder: chosen(embedder) };
}

/** What runs each network, for people and metrics. */
export function placementReports(devices: Devices): PlacementReport[] {
  return DEVICE_NETWORKS.map((network) => {
    const { device, batch } = devices[network] ?? { device: { provider: 'cpu', number: null }, batch: 1 };
    return { network, provider: device.provider, device: device.number, batch };
  });
}
