import { availableParallelism } from 'node:os';
import { chooseDevices, providerFault } from '../compute/choose.js';
import type { Config } from '../config/schema.js';
import { SpotterError } from '../core/errors.js';
import { chosenNetworks, placementReports } from '../engine/networkStart.js';
import { placementText } from '../ipc/protocol.js';
import { prepare } from '../models/prepare.js';
import { type Finding, findingsOf } from './finding.js';

const { ok, warning, fault } = findingsOf('compute', { key: 'compute.provider' });

/** Whether the provider may be there, without loading anything. */
export function checkProvider({ compute }: Pick<Config, 'compute'>): Finding {
  const absent = providerFault(compute);
  return absent === null ? ok(compute.provider) : fault(absent);
}

/** What would run the networks: the device is tried, in a process of its own. Without models there is nothing to try. */
export async function checkCompute(
  config: Config,
  modelFolder: string | undefined,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { compute, workers } = config;
  if (compute.provider === 'cpu') return [ok('detector and embedder: cpu')];
  try {
    const { settings } = await prepare(config, modelFolder);
    const networks = chosenNetworks(settings);
    const threads = workers ?? availableParallelism();
    const { devices, notes } = await chooseDevices({
      settings: compute,
      networks,
      threads,
      dataFolder: null,
      signal,
    });
    const places = placementReports(devices).map((place) => `${place.network}: ${placementText(place)}`);
    return [ok(places.join('; ')), ...notes.map(warning)];
  } catch (error) {
    if (!(error instanceof SpotterError)) throw error;
    // What is wrong with the models is a finding of its own.
    return error.code.startsWith('model.') ? [] : [fault(error.message)];
  }
}
