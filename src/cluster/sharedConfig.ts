import type { KV } from '@nats-io/kv';
import { z } from 'zod';
import { SpotterError } from '../core/errors.js';
import { entryOf } from './bucketEntry.js';
import { describeFault, isWrongRevision } from './natsFaults.js';
import type { ClusterPart, Joined } from './part.js';
import { within } from './within.js';

/** The shared configuration at one moment. */
export interface SharedText {
  text: string;
  /** Greater with every change. */
  revision: number;
}

/** What {@link SharedConfig} needs. */
export interface SharedConfigOptions {
  /** Name of this node, noted with what it writes. */
  node: string;
  /** What is shared where nothing is yet, or not any more. */
  initial: () => string;
  /** Called with each version, the first one included. */
  onText: (shared: SharedText) => void;
  onFault: (message: string) => void;
}

const KEY = 'cameras';
const PLACE = 'state cameras';
const TIMEOUT_MS = 4000;

const stored = z.object({ text: z.string(), node: z.string() });

/** The configuration that all nodes share: one text in the bucket of state, changed by compare-and-set, watched by everybody. */
export class SharedConfig implements ClusterPart {
  readonly #options: SharedConfigOptions;
  #joined: Joined | null = null;
  #watch: { stop: () => void } | null = null;
  #current: SharedText | null = null;
  /** Of the bucket that this node has joined. */
  #lastRevision = 0;

  constructor(options: SharedConfigOptions) {
    this.#options = options;
  }

  /** The newest version that this node has seen; null before it has joined for the first time. */
  get current(): SharedText | null {
    return this.#current;
  }

  async join(joined: Joined): Promise<void> {
    this.#joined = joined;
    // Revisions begin again with a bucket that was made anew.
    this.#lastRevision = 0;
    const { state } = joined.store;
    const found = await entryOf(state, KEY);
    // When another node is faster, its text is what all have.
    if (!found) await state.create(KEY, this.#sealed(joined)).catch(() => {});
    const first = await entryOf(state, KEY);
    if (first) this.#note(first, joined);
    const watch = await state.watch({ key: KEY });
    this.#watch = watch;
    void this.#follow(watch, joined);
  }

  async leave(): Promise<void> {
    this.#watch?.stop();
    this.#watch = null;
    this.#joined = null;
  }

  /**
   * Replaces the text.
   *
   * @param revision which one is replaced; null: whichever there is
   * @returns the new revision
   * @throws SpotterError config.changed when there is a newer one, cluster.unreachable without NATS
   */
  async put(text: string, revision: number | null): Promise<number> {
    const joined = this.#joined;
    const replaced = revision ?? this.#current?.revision;
    if (!joined || replaced === undefined)
      throw new SpotterError('cluster.unreachable', 'NATS does not answer; try again later');
    try {
      const update = joined.store.state.update(KEY, this.#sealed(joined, text), replaced);
      const next = (await within(TIMEOUT_MS, update)) ?? 0;
      this.#note({ value: this.#sealed(joined, text), revision: next }, joined);
      return next;
    } catch (error) {
      if (isWrongRevision(error))
        throw new SpotterError(
          'config.changed',
          'somebody else has changed the shared configuration; read it again, and repeat your change',
        );
      throw new SpotterError(
        'cluster.unreachable',
        `NATS does not answer (${describeFault(error)}); try again later`,
      );
    }
  }

  #sealed({ sealer }: Joined, text = this.#options.initial()): Uint8Array {
    return sealer.sealJson({ text, node: this.#options.node }, PLACE);
  }

  async #follow(watch: Awaited<ReturnType<KV['watch']>>, joined: Joined): Promise<void> {
    for await (const entry of watch) if (entry.operation === 'PUT') this.#note(entry, joined);
  }

  #note({ value, revision }: { value: Uint8Array; revision: number }, { sealer }: Joined): void {
    if (revision <= this.#lastRevision) return;
    this.#lastRevision = revision;
    const found = stored.safeParse(sealer.openJson(value, PLACE));
    if (found.success) {
      this.#current = { text: found.data.text, revision };
      this.#options.onText(this.#current);
    } else this.#options.onFault('the shared configuration cannot be read; keeping the one before');
  }
}
