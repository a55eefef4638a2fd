import type { KV } from '@nats-io/kv';
import { z } from 'zod';
import { SpotterError } from '../core/errors.js';
import { entryOf } from './bucketEntry.js';
import { keysOf } from './bucketKeys.js';
import type { Link } from './link.js';
import { FORMAT } from './names.js';
import type { Joined } from './part.js';
import type { Sealer } from './sealer.js';
import { within } from './within.js';

const entry = z.object({ format: z.int(), node: z.string(), forgotten: z.int() });
const TIMEOUT_MS = 5000;
const PREFIX = 'member';

/** Every node that has ever belonged to the cluster, with the revision of the last tombstone that it is done with. */
export class Roll {
  readonly #state: KV;
  readonly #bucket: string;
  readonly #link: Link;
  readonly #sealer: Sealer;

  constructor({ store, names, link, sealer }: Pick<Joined, 'store' | 'names' | 'link' | 'sealer'>) {
    this.#state = store.state;
    this.#bucket = names.state;
    this.#link = link;
    this.#sealer = sealer;
  }

  /** Enters a node. @throws an error of the client */
  async sign(node: string, forgotten: number): Promise<void> {
    const key = `${PREFIX}.${node}`;
    await within(
      TIMEOUT_MS,
      this.#state.put(key, this.#sealer.sealJson({ format: FORMAT, node, forgotten }, key)),
    );
  }

  /**
   * Takes a node off that is gone for good, until it joins again.
   *
   * @param running names of the nodes that are there
   * @throws SpotterError cluster.other when it is there, usage when there has been no such node; an error of the client
   */
  async remove(node: string, running: readonly string[]): Promise<void> {
    if (running.includes(node))
      throw new SpotterError('cluster.other', `node ${node} is running; stop it before you remove it`);
    const names = (await this.#entries()).map((one) => one.node);
    if (!names.includes(node))
      throw new SpotterError('usage', `the cluster has no node "${node}"; its nodes are ${names.join(', ')}`);
    await within(TIMEOUT_MS, this.#state.delete(`${PREFIX}.${node}`));
  }

  /** Names of the nodes that are not done with a tombstone, sorted. @throws an error of the client */
  async waitingFor(revision: number): Promise<string[]> {
    return (await this.#entries()).filter(({ forgotten }) => forgotten < revision).map(({ node }) => node);
  }

  /** By name of the node. */
  async #entries(): Promise<z.output<typeof entry>[]> {
    const entries: z.output<typeof entry>[] = [];
    for (const key of await keysOf(this.#link, this.#bucket, `${PREFIX}.*`)) {
      const found = await entryOf(this.#state, key);
      if (!found) continue;
      const parsed = entry.safeParse(this.#sealer.openJson(found.value, key));
      if (parsed.success) entries.push(parsed.data);
    }
    return entries.sort((a, b) => (a.node < b.node ? -1 : 1));
  }
}
