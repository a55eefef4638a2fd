import { fewestFirst, hasRoom, type NodeLoad, Projection } from './nodeLoad.js';

/** A camera that this node has in its configuration. */
export interface PlacedCamera {
  id: string;
  /** The living node that watches it; null while nobody does. */
  holder: string | null;
}

/** What a node sees of the cluster. */
export interface Situation {
  /** Monotonic, ms. */
  nowMs: number;
  /** This node. */
  self: string;
  /** The living nodes that can watch cameras, this one included. */
  nodes: readonly NodeLoad[];
  /** How many nodes are about to, shortly after this one has started. */
  starting: number;
  cameras: readonly PlacedCamera[];
  /** Whether a node may watch a camera. */
  mayWatch: (node: string, camera: string) => boolean;
}

/** What a node does about it. */
export interface Decision {
  /** Free cameras to take now. */
  take: string[];
  /** The camera to give away now, so that another node takes it; at most one at a time. */
  giveAway: string | null;
}

/** A free camera that the node with the least load has not taken within this is taken by the next one, ms. */
const PATIENCE_MS = 2000;
const NEXT_MS = 500;
/** When all start together, the first one leaves the others their share for this long, ms. */
const STARTING_MS = 10_000;
/** A node above one of these is overloaded, its workers always busy or frames lost, until it is below the lower ones. */
const BUSY = 0.9;
const LESS_BUSY = 0.85;
const DROPPING = 0.25;
const LESS_DROPPING = 0.2;
/** An overload or an imbalance shorter than this passes by itself, ms. */
const OVERLOADED_MS = 30_000;
const UNBALANCED_MS = 10_000;
/** After a move, the load of both nodes has to show before the next, ms. */
const SETTLE_MS = 10_000;
/** A camera that was given away is not taken back within this, ms, unless nobody else wants it. */
const AWAY_MS = 600_000;
const UNWANTED_MS = 5000;
/** From this difference on, a move leaves nothing to move back. */
const UNEVEN = 2;

/**
 * Decides which cameras a node takes and gives away. Every node decides for itself, from the same reports and by the same rules, so they
 * agree without asking each other; where their reports differ for a moment, the leases decide.
 */
export class Placement {
  /** Since when each free camera is free, and when each camera was given away; monotonic. */
  readonly #freeSince = new Map<string, number>();
  readonly #givenAt = new Map<string, number>();
  #overloadedSinceMs: number | null = null;
  #unevenSinceMs: number | null = null;
  #movedAtMs = Number.NEGATIVE_INFINITY;

  decide(situation: Situation): Decision {
    const take = this.#take(situation);
    const giveAway = take.length > 0 ? null : this.#giveAway(situation);
    if (giveAway !== null) {
      this.#movedAtMs = situation.nowMs;
      this.#givenAt.set(giveAway, situation.nowMs);
      this.#overloadedSinceMs = null;
      this.#unevenSinceMs = null;
    }
    return { take, giveAway };
  }

  #take({ nowMs, self, nodes, starting, cameras, mayWatch }: Situation): string[] {
    const free = cameras.filter(({ holder }) => holder === null);
    const freeIds = new Set(free.map(({ id }) => id));
    for (const id of this.#freeSince.keys()) if (!freeIds.has(id)) this.#freeSince.delete(id);
    const projection = new Projection(nodes);
    const share = starting > 0 ? Math.ceil(cameras.length / (nodes.length + starting)) : Infinity;
    return free.flatMap(({ id }) => {
      const freeMs = this.#freeFor(id, nowMs);
      const mayTake = (node: string) => mayWatch(node, id);
      const first = projection.first(mayTake);
      if (!first) return [];
      // Who comes later waits longer.
      const mostBefore = Math.max(0, Math.floor((freeMs - PATIENCE_MS) / NEXT_MS));
      const own = projection.amongFirst(self, mostBefore, mayTake);
      projection.add(first);
      if (!own || (own.cameras >= share && freeMs < STARTING_MS)) return [];
      return this.#isAway(id, nowMs) && freeMs < UNWANTED_MS ? [] : [id];
    });
  }

  #freeFor(id: string, nowMs: number): number {
    const sinceMs = this.#freeSince.get(id) ?? nowMs;
    this.#freeSince.set(id, sinceMs);
    return nowMs - sinceMs;
  }

  #isAway(id: string, nowMs: number): boolean {
    const givenMs = this.#givenAt.get(id);
    if (givenMs === undefined) return false;
    if (nowMs - givenMs < AWAY_MS) return true;
    this.#givenAt.delete(id);
    return false;
  }

  #giveAway(situation: Situation): string | null {
    const { nowMs, self, nodes } = situation;
    const own = nodes.find(({ node }) => node === self);
    this.#overloadedSinceMs = this.#isOverloaded(own) ? (this.#overloadedSinceMs ?? nowMs) : null;
    const uneven = unevenMove(situation);
    this.#unevenSinceMs = uneven === null ? null : (this.#unevenSinceMs ?? nowMs);
    if (own === undefined || nowMs - this.#movedAtMs < SETTLE_MS) return null;
    if (this.#overloadedSinceMs !== null && nowMs - this.#overloadedSinceMs >= OVERLOADED_MS)
      return own.cameras > 1 ? relief(own, situation) : null;
    return this.#unevenSinceMs !== null && nowMs - this.#unevenSinceMs >= UNBALANCED_MS ? uneven : null;
  }

  #isOverloaded(own: NodeLoad | undefined): boolean {
    if (!own) return false;
    const isAlready = this.#overloadedSinceMs !== null;
    return (
      own.utilization > (isAlready ? LESS_BUSY : BUSY) || own.dropped > (isAlready ? LESS_DROPPING : DROPPING)
    );
  }
}

/** A camera of an overloaded node that another one has room for. */
function relief(own: NodeLoad, { self, nodes, cameras, mayWatch }: Situation): string | null {
  const others = nodes.filter((one) => one.node !== self && hasRoom(one, own));
  const movable = cameras.filter(
    ({ id, holder }) => holder === self && others.some(({ node }) => mayWatch(node, id)),
  );
  return movable.at(-1)?.id ?? null;
}

/** A camera that this node has to give away because it has the most, and another one with room clearly fewer. */
function unevenMove({ self, nodes, cameras, mayWatch }: Situation): string | null {
  const sorted = [...nodes].sort(fewestFirst);
  if (sorted.length < 2 || (sorted.at(-1)?.cameras ?? 0) - sorted[0].cameras < UNEVEN) return null;
  for (const to of sorted) {
    for (const from of [...sorted].reverse()) {
      if (from.cameras - to.cameras < UNEVEN) break;
      if (!hasRoom(to, from) || to.utilization > Math.max(0.4, from.utilization - 0.1)) continue;
      const movable = cameras.filter(({ id, holder }) => holder === from.node && mayWatch(to.node, id));
      if (movable.length > 0) return from.node === self ? (movable.at(-1)?.id ?? null) : null;
    }
  }
  return null;
}
