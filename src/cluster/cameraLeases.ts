import { monotonicMs } from '../core/clock.js';
import { EarliestTimer } from '../core/earliestTimer.js';
import { Definitions } from './definitions.js';
import { LastFrames } from './lastFrames.js';
import { Lease, type Term } from './lease.js';
import type { Identity, Member } from './membership.js';
import type { NodeRecord } from './nodeRecord.js';
import type { ClusterPart, Joined } from './part.js';
import { Placement } from './placement.js';
import { type Clash, type LocalCamera, PlacementView } from './placementView.js';
import { unwatchedReasons } from './unwatchedReason.js';

/** A camera that this node begins to watch. */
export interface Takeover {
  id: string;
  term: Readonly<Term>;
  /** Monotonic time of the last frame that any node is known to have watched; null for none. */
  lastFrameMs: number | null;
  /** Whether the node before gave it away, or was lost. */
  cause: 'moved' | 'node_lost';
}

/** A camera that this node watches, for its report. */
export type WatchedCamera = Omit<
  NonNullable<NodeRecord['cameras']>[number],
  'lease' | 'since' | 'lastFrameAt'
> & {
  /** Monotonic time; null before the first. */
  lastFrameMs: number | null;
};

/** What {@link CameraLeases} reads of the daemon, and what it calls. */
export interface CameraLeasesOptions {
  holder: Pick<Identity, 'node' | 'session'>;
  maxCameras: number;
  /** The cameras of the configuration, each with what has to be the same on every node. */
  cameras: () => readonly (LocalCamera & { definition: unknown })[];
  /** The state of those that are watched. */
  watched: (ids: readonly string[]) => WatchedCamera[];
  /** Whether this node can watch cameras at the moment. */
  isReady: () => boolean;
  load: () => { utilization: number; dropped: number };
  onTaken: (takeover: Takeover) => void;
  /** The node no longer holds the lease: stop the camera at once. @param isLost false when it has been given away */
  onStopped: (id: string, isLost: boolean) => void;
  /** What the cluster does has been looked at again. */
  onLooked: () => void;
  warn: (text: string) => void;
}

/** Between two looks, ms; shifted at random, so that nodes do not act in step. */
const LOOK_EVERY_MS = 250;
const JITTER_MS = 150;
/** After a report of another node, ms: several often come together. */
const LOOK_SOON_MS = 80;
/** A node that has not heard its own report for this long is cut off, ms. */
const CUT_OFF_MS = 4000;
/** Time to hear of the others before the first camera is taken, ms. */
const ACQUAINTANCE_MS = 600;
/** A node that has joined longer ago than this does not wait for others that start, ms. */
const START_MS = 30_000;

interface Session {
  joined: Joined;
  definitions: Definitions;
  joinedMs: number;
  unsubscribe: () => void;
}

/** Decides with the other nodes which cameras this one watches, and holds their leases. */
export class CameraLeases implements ClusterPart {
  readonly #options: CameraLeasesOptions;
  readonly #placement = new Placement();
  readonly #leases = new Map<string, Lease>();
  readonly #lastFrames = new LastFrames();
  readonly #clashes = new Map<string, Clash>();
  readonly #timer = new EarliestTimer(() => {
    if (!this.#isLooking) this.#looking = this.#look();
  });
  #session: Session | null = null;
  #looking: Promise<void> = Promise.resolve();
  #isLooking = false;
  #isReleasing = false;

  constructor(options: CameraLeasesOptions) {
    this.#options = options;
  }

  /** Whether this node may watch a camera at this moment. Reads the clock: ask before each act. */
  isHeld(id: string): boolean {
    return this.#leases.get(id)?.isHeld ?? false;
  }

  /** The term of a camera that runs, or the last one; null before the first. */
  termOf(id: string): Readonly<Term> | null {
    return this.#leases.get(id)?.term ?? null;
  }

  /** Unix time of the cluster, ms; null before this node has joined. @param atMs monotonic */
  timeAt(atMs: number): number | null {
    return this.#session?.joined.clock.at(atMs) ?? null;
  }

  /** The other nodes with what they watch. */
  get others(): Member[] {
    return this.#session?.joined.membership.others ?? [];
  }

  /** Why this node does not watch a camera, in a few words, as things are now. */
  reasons(): (id: string) => string {
    const { joined, definitions } = this.#session ?? {};
    if (!joined || !this.#isConnected()) return () => 'waiting for the cluster';
    const { cameras, holder } = this.#options;
    return unwatchedReasons({
      ...{ self: holder.node, cameras: cameras(), members: joined.membership.members },
      clashOf: (id) => this.#clashes.get(id) ?? null,
      isDefined: (node, id) => definitions?.of(node)?.has(id) ?? true,
    });
  }

  async join(joined: Joined): Promise<void> {
    const { holder } = this.#options;
    const definitions = new Definitions(joined.store.state, joined.sealer, holder.node);
    await definitions.start();
    joined.membership.contribute('load', () => this.#load());
    joined.membership.contribute('cameras', () => this.#reports());
    const unsubscribe = joined.membership.onChange(() => this.#lookIn(LOOK_SOON_MS));
    this.#leases.clear();
    this.#isReleasing = false;
    this.#session = { joined, definitions, joinedMs: monotonicMs(), unsubscribe };
    this.#lookIn(0);
  }

  /** Stops every camera and gives all leases away, so that other nodes take over at once. Takes none from now on. */
  async release(): Promise<void> {
    const { membership } = this.#session?.joined ?? {};
    this.#isReleasing = true;
    this.#timer.cancel();
    await this.#looking;
    const held = this.#held();
    await Promise.all(held.map((id) => this.#stop(id)));
    if (held.length > 0) await membership?.report();
  }

  async leave(): Promise<void> {
    await this.release();
    this.#session?.unsubscribe();
    this.#session?.definitions.stop();
    this.#session = null;
  }

  #lookIn(ms: number): void {
    if (!this.#isReleasing && this.#session) this.#timer.callIn(ms);
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    this.#lastFrames.note({ cameras: this.#reports() });
    try {
      await this.#act();
    } catch {
      // NATS is away, which membership reports.
    } finally {
      this.#isLooking = false;
      this.#options.onLooked();
      this.#lookIn(LOOK_EVERY_MS + Math.random() * JITTER_MS);
    }
  }

  async #act(): Promise<void> {
    const session = this.#session;
    if (!session || !this.#isConnected()) return;
    const { joined, definitions, joinedMs } = session;
    const { holder, cameras: configured, isReady } = this.#options;
    const cameras = configured();
    const digests = definitions.digestsOf(cameras);
    await definitions.publish(digests);
    for (const member of joined.membership.others) this.#lastFrames.note(member);
    await this.#dropUnwanted(cameras);
    const nowMs = monotonicMs();
    if (!isReady() || nowMs - joinedMs < ACQUAINTANCE_MS) return;
    const own = { node: holder.node, held: this.#held(), cameras: this.#held().length, ...this.#load() };
    const view = new PlacementView(nowMs, joined.membership.members, own, cameras, digests, definitions);
    this.#noteClashes(cameras, view);
    const { take, giveAway } = this.#placement.decide({
      ...{ nowMs, self: holder.node, nodes: view.nodes },
      starting: nowMs - joinedMs < START_MS ? view.starting : 0,
      cameras: cameras
        .filter(({ id }) => !this.#clashes.has(id) && view.mayWatch(holder.node, id))
        .map(({ id }) => ({ id, holder: view.holderOf(id) })),
      mayWatch: (node, id) => view.mayWatch(node, id),
    });
    const taken = await Promise.all(take.map((id) => this.#take(id, joined)));
    if (giveAway !== null) await this.#stop(giveAway);
    if (taken.includes(true) || giveAway !== null) await joined.membership.report();
  }

  async #take(id: string, { store, sealer, clock }: Joined): Promise<boolean> {
    const lease = this.#leases.get(id) ?? this.#leaseOf(id, { store, sealer });
    const attempt = await lease.take().catch(() => null);
    if (attempt?.outcome !== 'taken') return false;
    if (this.#isReleasing) {
      await lease.release();
      return false;
    }
    const { term, isReleased } = attempt;
    const cause = isReleased ? 'moved' : 'node_lost';
    this.#options.onTaken({ id, term, cause, lastFrameMs: this.#lastFrames.at(id, clock) });
    return true;
  }

  #leaseOf(id: string, { store, sealer }: Pick<Joined, 'store' | 'sealer'>): Lease {
    const lease = new Lease({
      ...{ key: `camera.${id}`, kv: store.leases, sealer, holder: this.#options.holder },
      onLost: () => {
        this.#options.onStopped(id, true);
        this.#lookIn(LOOK_SOON_MS);
      },
    });
    this.#leases.set(id, lease);
    return lease;
  }

  /** The camera stops before others may take it. */
  async #stop(id: string): Promise<void> {
    // The report with its last frame goes first.
    if (!this.#isReleasing) await this.#session?.joined.membership.report();
    this.#lastFrames.note({ cameras: this.#reports() });
    const released = this.#leases.get(id)?.release();
    this.#options.onStopped(id, false);
    await released;
  }

  /** Gives up what is not in the configuration any more, or not for this node. */
  async #dropUnwanted(cameras: readonly LocalCamera[]): Promise<void> {
    const { node } = this.#options.holder;
    const wanted = new Set(
      cameras.filter(({ nodes }) => nodes === null || nodes.includes(node)).map(({ id }) => id),
    );
    await Promise.all(
      this.#held()
        .filter((id) => !wanted.has(id))
        .map((id) => this.#stop(id)),
    );
  }

  #noteClashes(cameras: readonly LocalCamera[], view: PlacementView): void {
    for (const { id } of cameras) {
      const clash = this.isHeld(id) ? null : view.clashOf(id);
      const before = this.#clashes.get(id);
      if (!clash) {
        this.#clashes.delete(id);
        continue;
      }
      this.#clashes.set(id, clash);
      if (before?.node !== clash.node)
        this.#options.warn(
          `node ${clash.node} has another camera "${id}"; this node does not watch its own: make the two the same in both configurations, or give one another id`,
        );
    }
  }

  /** Whether this node hears its own reports, and agrees about the time. */
  #isConnected(): boolean {
    const { joined } = this.#session ?? {};
    const nowMs = monotonicMs();
    if (!joined || joined.clock.at(nowMs) === null) return false;
    const own = joined.membership.members.find(({ node }) => node === this.#options.holder.node);
    return own !== undefined && nowMs - own.heardMs < CUT_OFF_MS;
  }

  #held(): string[] {
    return [...this.#leases].filter(([, lease]) => lease.isHeld).map(([id]) => id);
  }

  #load(): NonNullable<NodeRecord['load']> {
    const { isReady, load, maxCameras } = this.#options;
    return { ...load(), maxCameras: this.#isReleasing ? 0 : maxCameras, isReady: isReady() };
  }

  #reports(): NonNullable<NodeRecord['cameras']> {
    const iso = (unixMs: number | null) => (unixMs === null ? null : new Date(unixMs).toISOString());
    return this.#options.watched(this.#held()).map(({ lastFrameMs, ...camera }) => {
      const term = this.termOf(camera.id);
      return {
        ...camera,
        lease: term?.token ?? 0,
        since: iso(term?.beganMs ?? 0) ?? '',
        lastFrameAt: lastFrameMs === null ? null : iso(this.timeAt(lastFrameMs)),
      };
    });
  }
}
