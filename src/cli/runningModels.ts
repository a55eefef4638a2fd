import { readControl } from '../supervisor/controlFile.js';
import { ANSWER_MS } from './daemonClient.js';
import { requestDaemon } from './daemonRequest.js';

/** A model that a daemon runs, and on what. */
export interface RunningModel {
  id: string;
  /** Execution provider, such as cpu or cuda. */
  provider: string;
  /** Number of the device; null where the provider has no numbers. */
  device: number | null;
}

/** What {@link runningModels} reads of `/api/v1/health`. */
interface Health {
  models: Record<'detector' | 'embedder', string>;
  engine: { placements: { network: 'detector' | 'embedder'; provider: string; device: number | null }[] };
}

/** What the daemon that uses a data folder runs its models on; null when none answers. */
export async function runningModels(data: string, signal: AbortSignal): Promise<RunningModel[] | null> {
  const control = readControl(data);
  if (!control) return null;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const { body } = await requestDaemon(control, 'GET', '/api/v1/health', limit);
    const { models, engine } = body as Health;
    return engine.placements.map(({ network, provider, device }) => ({
      id: models[network],
      provider,
      device,
    }));
  } catch {
    // A killed daemon leaves its control file behind.
    return null;
  }
}

/** Such as `spotter-det on cpu`. */
export function runningText({ id, provider, device }: RunningModel): string {
  return `${id} on ${provider}${device === null ? '' : ` ${device}`}`;
}
