import type { KV, KvWatchEntry } from '@nats-io/kv';
import { z } from 'zod';
import type { Sealer } from './sealer.js';
import { within } from './within.js';

/** What identifies the definition of each camera of a node, by id. */
export type Digests = ReadonlyMap<string, string>;

const stored = z.record(z.string(), z.string());
const TIMEOUT_MS = 1500;
const PREFIX = 'definitions.';
const DIGEST_LENGTH = 16;

/**
 * Which cameras each node has in its configuration, and whether two of the same id are the same. An entry per node in the bucket of
 * states, written when the configuration has changed: a record that goes out every two seconds would be too large for it.
 */
export class Definitions {
  readonly #state: KV;
  readonly #sealer: Sealer;
  readonly #node: string;
  readonly #of = new Map<string, Digests>();
  #watch: { stop: () => void } | null = null;
  #written: Digests | null = null;
  #own: { cameras: readonly unknown[]; digests: Digests } | null = null;

  constructor(state: KV, sealer: Sealer, node: string) {
    this.#state = state;
    this.#sealer = sealer;
    this.#node = node;
  }

  /** Follows those of the others. */
  async start(): Promise<void> {
    const watch = await this.#state.watch({ key: `${PREFIX}*` });
    this.#watch = watch;
    void this.#follow(watch);
  }

  stop(): void {
    this.#watch?.stop();
  }

  /** The cameras of a node; null while they are not known. */
  of(node: string): Digests | null {
    return this.#of.get(node) ?? null;
  }

  /** The digests of the cameras of this node. @param cameras the same array for as long as nothing changes */
  digestsOf(cameras: readonly { id: string; definition: unknown }[]): Digests {
    if (this.#own?.cameras === cameras) return this.#own.digests;
    const digest = (definition: unknown) =>
      this.#sealer.keyOf('camera', JSON.stringify(definition)).slice(0, DIGEST_LENGTH);
    const digests = new Map(cameras.map(({ id, definition }) => [id, digest(definition)]));
    this.#own = { cameras, digests };
    return digests;
  }

  /** Publishes the cameras of this node, unless the others have them. @throws an error of the client */
  async publish(digests: Digests): Promise<void> {
    if (digests === this.#written) return;
    const key = PREFIX + this.#node;
    await within(TIMEOUT_MS, this.#state.put(key, this.#sealer.sealJson(Object.fromEntries(digests), key)));
    this.#written = digests;
  }

  async #follow(watch: AsyncIterable<KvWatchEntry>): Promise<void> {
    for await (const { key, value, operation } of watch) {
      if (operation !== 'PUT') continue;
      const parsed = stored.safeParse(this.#sealer.openJson(value, key));
      if (parsed.success) this.#of.set(key.slice(PREFIX.length), new Map(Object.entries(parsed.data)));
    }
  }
}
