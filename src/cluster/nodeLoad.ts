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

/** The order in which nodes are asked to take one more camera; one that is watched badly is better than one that nobody watches. */
function takesFirst(a: NodeLoad, b: NodeLoad): number {
  return Number(hasRoom(b)) - Number(hasRoom(a)) || fewestFirst(a, b);
}

/** The load of the nodes as it will be with the cameras that they are about to take; those that are full are left out. */
export class Projection {
  /** In the order in which they take cameras. Sorting them anew for each of a thousand cameras would take 50 ms. */
  readonly #able: NodeLoad[];

  constructor(nodes: readonly NodeLoad[]) {
    this.#able = nodes.filter(hasPlace).sort(takesFirst);
  }

  /** Who takes the next camera; undefined for nobody. */
  first(mayWatch: (node: string) => boolean): NodeLoad | undefined {
    return this.#able.find(({ node }) => mayWatch(node));
  }

  /** A node as it will be when at most so many others take the next camera before it; null for another node. */
  amongFirst(node: string, mostBefore: number, mayWatch: (node: string) => boolean): NodeLoad | null {
    let before = 0;
    for (const load of this.#able) {
      if (!mayWatch(load.node)) continue;
      if (load.node === node) return load;
      before += 1;
      if (before > mostBefore) return null;
    }
    return null;
  }

  /** A node takes one more. */
  add(load: NodeLoad): void {
    const utilization = load.utilization + Math.max(shareOf(load), UNKNOWN_SHARE);
    const next = { ...load, utilization, cameras: load.cameras + 1 };
    this.#able.splice(this.#able.indexOf(load), 1);
    if (!hasPlace(next)) return;
    const behind = this.#able.findIndex((one) => takesFirst(next, one) < 0);
    this.#able.splice(behind < 0 ? this.#able.length : behind, 0, next);
  }
}

function hasPlace({ cameras, maxCameras }: NodeLoad): boolean {
  return cameras < maxCameras;
}
