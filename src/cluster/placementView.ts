import type { Definitions, Digests } from './definitions.js';
import type { Member } from './membership.js';
import type { NodeLoad } from './nodeLoad.js';

/** A node that has not reported for this long may be gone, ms: it gets no cameras, and whether it still has its own is looked up. */
const FRESH_MS = 2600;

/** A camera of this node's configuration. */
export interface LocalCamera {
  id: string;
  /** Nodes that may watch it; null: every node. */
  nodes: readonly string[] | null;
}

/** The node that has another camera with the same id. */
export interface Clash {
  node: string;
  /** Whether it watches its camera. */
  isWatching: boolean;
}

/** The cluster as a node sees it at one moment, for {@link Placement}. */
export class PlacementView {
  /** Those that can watch cameras; this one first. */
  readonly nodes: NodeLoad[];
  /** How many others will be able to. */
  readonly starting: number;
  readonly #fresh: Member[];
  readonly #holders = new Map<string, string>();
  readonly #cameras: ReadonlyMap<string, LocalCamera>;
  readonly #own: Digests;
  readonly #definitions: Definitions;

  /**
   * @param own what this node does, which it knows better than its last report
   * @param digests of its cameras
   */
  constructor(
    nowMs: number,
    members: readonly Member[],
    own: NodeLoad & { held: readonly string[] },
    cameras: readonly LocalCamera[],
    digests: Digests,
    definitions: Definitions,
  ) {
    this.#cameras = new Map(cameras.map((camera) => [camera.id, camera]));
    this.#own = digests;
    this.#definitions = definitions;
    this.#fresh = members.filter(({ node, heardMs }) => node !== own.node && nowMs - heardMs < FRESH_MS);
    for (const { node, cameras: held = [] } of this.#fresh)
      for (const { id } of held) this.#holders.set(id, node);
    for (const id of own.held) this.#holders.set(id, own.node);
    const isStarting = ({ load }: Member) => load?.isReady === false && load.maxCameras > 0;
    this.nodes = [own, ...this.#fresh.filter((member) => !isStarting(member)).flatMap(loadOf)];
    this.starting = this.#fresh.filter(isStarting).length;
  }

  /** The node that watches a camera; null for nobody. */
  holderOf(id: string): string | null {
    return this.#holders.get(id) ?? null;
  }

  /** Whether a node may watch a camera, which it has in its configuration as this node has. */
  mayWatch(node: string, id: string): boolean {
    const camera = this.#cameras.get(id);
    if (!camera || (camera.nodes !== null && !camera.nodes.includes(node))) return false;
    return node === this.nodes[0].node || this.#definitions.of(node)?.get(id) === this.#own.get(id);
  }

  /** Who has another camera with this id and the better right to it: whoever watches it, else the first by name. */
  clashOf(id: string): Clash | null {
    const [{ node: self }] = this.nodes;
    const holder = this.holderOf(id);
    // They are in the order of their names.
    const first = this.#fresh.find(({ node }) => this.#definitions.of(node)?.has(id))?.node;
    const node = holder ?? (first !== undefined && first < self ? first : self);
    if (node === self) return null;
    const other = this.#definitions.of(node)?.get(id);
    return other === undefined || other === this.#own.get(id) ? null : { node, isWatching: node === holder };
  }
}

function loadOf({ node, load, cameras = [] }: Member): NodeLoad[] {
  return load ? [{ node, ...load, cameras: cameras.length }] : [];
}
