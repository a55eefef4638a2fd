import { ifRunning } from './daemonClient.js';

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
export function runningModels(data: string, signal: AbortSignal): Promise<RunningModel[] | null> {
  return ifRunning(data, '/api/v1/health', signal, (body) => {
    const { models, engine } = body as Health;
    return engine.placements.map(({ network, provider, device }) => ({
      id: models[network],
      provider,
      device,
    }));
  });
}

/** Such as `spotter-det on cpu`. */
export function runningText({ id, provider, device }: RunningModel): string {
  return `${id} on ${provider}${device === null ? '' : ` ${device}`}`;
}
