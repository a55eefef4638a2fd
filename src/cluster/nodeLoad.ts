/** How much a node does and may do. */
export interface NodeLoad {
  node: string;
  /** Cameras that it watches. */
  cameras: number;
  /** Recent share of time that its workers are busy, 0..1. */
  utilization: number;
  /** Recent share of frames that were dropped, 0..1. */
  dropped: number;
  /** Most cameras that it may watch. */
  maxCameras: number;
}

/** A node takes more only while it stays below these. */
const ROOMY = 0.75;
const CLEAN = 0.1;
/** What a camera is taken to cost a node of which nothing is known yet. */
const UNKNOWN_SHARE = 0.02;

/** The share of a node's time that one of its cameras costs. */
function shareOf({ utilization, cameras }: NodeLoad): number {
  return cameras === 0 ? 0 : utilization / cameras;
}

/** Whether a node can take one more camera without being overloaded. @param giver whose camera it is, when it is known */
export function hasRoom(node: NodeLoad, giver?: NodeLoad): boolean {
  const share = Math.max(shareOf(node), giver ? shareOf(giver) : UNKNOWN_SHARE);
  return node.cameras < node.maxCameras && node.dropped < CLEAN && node.utilization + share <= ROOMY;
}

/** The order in which nodes take cameras: fewest cameras first, then least busy. */
export function fewestFirst(a: NodeLoad, b: NodeLoad): number {
  return a.cameras - b.cameras || a.utilization - b.utilization || (a.node < b.node ? -1 : 1);
}

/** The load of the nodes as it will be with the cameras that they are about to take. */
export class Projection {
  readonly #nodes: Map<string, NodeLoad>;

  constructor(nodes: readonly NodeLoad[]) {
    this.#nodes = new Map(nodes.map((node) => [node.node, node]));
  }

  /** Who of some nodes takes the next camera, the first of all first; those that are full are left out. */
  order(mayWatch: (node: string) => boolean): NodeLoad[] {
    const able = [...this.#nodes.values()].filter(
      (one) => one.cameras < one.maxCameras && mayWatch(one.node),
    );
    // A camera that is watched badly is better than one that nobody watches.
    return able.sort((a, b) => Number(hasRoom(b)) - Number(hasRoom(a)) || fewestFirst(a, b));
  }

  /** A node takes one more. */
  add(node: string): void {
    const load = this.#nodes.get(node);
    if (!load) return;
    const utilization = load.utilization + Math.max(shareOf(load), UNKNOWN_SHARE);
    this.#nodes.set(node, { ...load, utilization, cameras: load.cameras + 1 });
  }
}
