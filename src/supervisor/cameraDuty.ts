import type { EventDraft } from '../events/event.js';

/** Which of the configured cameras this node watches, and what its events say of that. */
export interface CameraDuty {
  /** Whether this node may watch a camera at this moment. Reads the clock: ask before each act. */
  holds(id: string): boolean;
  /** Why it does not watch a camera, as things are now: ask once for many. */
  reasons(): (id: string) => string;
  /**
   * Marks an event with the node and its lease.
   *
   * @param sinceMs monotonic time at which its frame came; null without one
   * @returns null when the frame came after the lease was over: nobody may see the event
   */
  stamped(draft: EventDraft, sinceMs: number | null): EventDraft | null;
  /** Gives every camera away, when the daemon stops. */
  release(): Promise<void>;
}

/** Without a cluster, this node watches every camera. */
export const ALONE: CameraDuty = {
  holds: () => true,
  reasons: () => () => '',
  stamped: (draft) => draft,
  release: async () => {},
};
