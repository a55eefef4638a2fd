import type { ClusterClock } from './clusterClock.js';
import type { Link } from './link.js';
import type { Membership } from './membership.js';
import type { Names } from './names.js';
import type { Store } from './natsStore.js';
import type { Sealer } from './sealer.js';

/** What a node has once it has joined. */
export interface Joined {
  link: Link;
  names: Names;
  store: Store;
  sealer: Sealer;
  clock: ClusterClock;
  membership: Membership;
}

/** A part of the cluster: it works from when the node has joined until it leaves. */
export interface ClusterPart {
  /** Resolves when it works. It must go on by itself when NATS is away for a while. @throws SpotterError, or an error of the client */
  join(joined: Joined): Promise<void>;
  /** Resolves when nothing of it runs any more. NATS may be away. Safe twice, and before {@link join}. */
  leave(): Promise<void>;
}
