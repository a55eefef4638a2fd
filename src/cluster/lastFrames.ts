import type { ClusterClock } from './clusterClock.js';
import type { Member } from './membership.js';

/** When each camera was last watched, as far as the reports of its nodes tell. Kept when a node is gone. */
export class LastFrames {
  /** Unix time of the cluster, ms, by camera. */
  readonly #at = new Map<string, number>();

  note({ cameras = [] }: Pick<Member, 'cameras'>): void {
    for (const { id, state, since, lastFrameAt } of cameras) {
      if (state === 'live')
        this.#at.set(id, Math.max(this.#at.get(id) ?? 0, Date.parse(lastFrameAt ?? since)));
      // A camera that gives nothing is not missed. One that is being opened may have been watched before.
      else if (state !== 'connecting') this.#at.delete(id);
    }
  }

  /** The last frame of a camera, on the monotonic clock of this process; null for none. */
  at(id: string, clock: Pick<ClusterClock, 'at'>): number | null {
    const unixMs = this.#at.get(id);
    const zeroMs = clock.at(0);
    return unixMs === undefined || zeroMs === null ? null : unixMs - zeroMs;
  }
}
