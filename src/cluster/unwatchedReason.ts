import { plural } from '../core/plural.js';
import type { Member } from './membership.js';
import type { Clash, LocalCamera } from './placementView.js';

/** What is known of a camera that a node does not watch. */
export interface UnwatchedCamera {
  /** Nodes that may watch it; null: every node. */
  allowed: readonly string[] | null;
  /** The node that has another camera with the same id and the better right to it. */
  clash: Clash | null;
  /** The other node that watches it. */
  holder: string | null;
  /** The nodes of the cluster. */
  members: readonly Pick<Member, 'node' | 'load' | 'cameras'>[];
  /** Whether a node has the camera in its configuration. */
  isDefined: (node: string) => boolean;
}

/** Why a node does not watch a camera, in a few words, with what to do about it where something has to be done. */
export function unwatchedReason({ allowed, clash, holder, members, isDefined }: UnwatchedCamera): string {
  if (clash) return `node ${clash.node} has another camera with this id`;
  if (holder !== null) return `node ${holder} watches it`;
  const present = members.filter(({ node }) => allowed?.includes(node) ?? true);
  if (present.length === 0) {
    const absent = allowed?.length === 1 ? 'it is not' : 'none of them is';
    return `only ${allowed?.join(', ')} may watch it, and ${absent} in the cluster`;
  }
  const may = present.filter(({ node }) => isDefined(node));
  if (may.length === 0)
    return `${namesOf(present)} may watch it, but ${present.length === 1 ? 'does' : 'do'} not have it in the configuration; add it there`;
  const ready = may.filter(({ load }) => load?.isReady !== false);
  if (ready.length === 0)
    return `waiting until ${may.length === 1 ? namesOf(may) : 'a node'} can watch cameras`;
  const hasPlace = ready.some(
    ({ load, cameras }) => (cameras?.length ?? 0) < (load?.maxCameras ?? Number.POSITIVE_INFINITY),
  );
  if (!hasPlace)
    return `${ready.length === 1 ? `${ready[0].node} watches` : `all ${plural(ready.length, 'node')} watch`} as many cameras as cluster.maxCameras allows; add a node, or raise it`;
  return 'a node is about to take it, or all that may are busy';
}

/** The cluster as a node sees it at one moment. */
export interface Sight {
  self: string;
  /** Those that this node knows. */
  cameras: readonly LocalCamera[];
  members: readonly Member[];
  clashOf: (id: string) => Clash | null;
  /** Whether another node has a camera in its configuration. */
  isDefined: (node: string, id: string) => boolean;
}

/** Reads once who watches what. @returns why this node does not watch a camera, by its id, as {@link unwatchedReason} */
export function unwatchedReasons({
  self,
  cameras,
  members,
  clashOf,
  isDefined,
}: Sight): (id: string) => string {
  const allowed = new Map(cameras.map(({ id, nodes }) => [id, nodes]));
  const others = members.filter(({ node }) => node !== self);
  const holders = new Map(
    others.flatMap(({ node, cameras: held = [] }) => held.map(({ id }) => [id, node] as const)),
  );
  return (id) =>
    unwatchedReason({
      ...{ allowed: allowed.get(id) ?? null, clash: clashOf(id), holder: holders.get(id) ?? null, members },
      isDefined: (node) => node === self || isDefined(node, id),
    });
}

function namesOf(nodes: readonly Pick<Member, 'node'>[]): string {
  return nodes.map(({ node }) => node).join(', ');
}
