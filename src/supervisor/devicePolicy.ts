import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/schema.js';
import type { PlacementReport } from '../ipc/protocol.js';
import type { Death } from './engineHost.js';

/** Deaths of engines that are further apart have nothing to do with each other. */
const RELATED_MS = 10 * 60_000;

/** What an engine's death says about the device that ran its networks. */
export interface DeviceJudgement {
  /** The device reported the failure, so no picture is suspect. */
  isAtFault: boolean;
  /** The end of a sentence about the death: which provider it was, and what follows. */
  note: string;
}

/**
 * Decides whether the next engine gets the device of the one that died. Under `auto`, a device that reports a failure, or on which
 * two engines die in ten minutes, is given up until `compute` changes or spotter is restarted; the CPU takes over. A provider that
 * the user insists on is kept.
 */
export class DevicePolicy {
  #lastDeathMs: number | null = null;
  /** The setting under which the device was given up. */
  #givenUp: Config['compute'] | null = null;

  /** The configuration of the next engine. */
  applyTo(config: Config): Config {
    if (this.#givenUp === null) return config;
    if (isDeepStrictEqual(config.compute, this.#givenUp))
      return { ...config, compute: { provider: 'cpu', device: null } };
    this.#givenUp = null;
    this.#lastDeathMs = null;
    return config;
  }

  /** @param placements of the engine that died, or of the one before when it was not ready yet */
  engineDied(
    { code }: Pick<Death, 'code'>,
    placements: readonly PlacementReport[],
    { compute }: Pick<Config, 'compute'>,
    nowMs = performance.now(),
  ): DeviceJudgement {
    const isAtFault = code === 'compute.failed';
    const ready = placements.find((one) => one.provider !== 'cpu')?.provider;
    // What fails while an engine starts has not been reported as its place, but it is a device.
    const provider = ready ?? (isAtFault ? 'a device' : undefined);
    if (provider === undefined) return { isAtFault, note: '' };
    const isSecond = this.#lastDeathMs !== null && nowMs - this.#lastDeathMs <= RELATED_MS;
    this.#lastDeathMs = nowMs;
    const ran = ` while ${provider} ran its networks`;
    if (compute.provider !== 'auto')
      return { isAtFault, note: `${ran} (compute.provider ${compute.provider})` };
    if (!isAtFault && !isSecond) return { isAtFault, note: ran };
    this.#givenUp = compute;
    return { isAtFault, note: `${ran}; the CPU takes over until spotter is restarted` };
  }
}
