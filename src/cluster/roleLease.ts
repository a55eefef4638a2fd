import { Lease, type Term } from './lease.js';
import type { Identity } from './membership.js';
import type { ClusterPart, Joined } from './part.js';

/** A role as those see it who act in it. */
export interface Role {
  /** Whether this node has it at this moment. Reads the clock: ask before each act. */
  readonly isHeld: boolean;
  /** Since when this node has it; null while another node does. */
  readonly term: Readonly<Term> | null;
  /** Calls a listener when the role was taken or lost. @returns a function that ends that */
  onChange(listener: () => void): () => void;
}

/** Between attempts to take a role that another node has, ms; shifted at random, so that nodes do not ask in step. */
const ASK_EVERY_MS = 600;
const JITTER_MS = 400;

/** A role that exactly one node of the cluster has, such as sending to webhooks. Any node takes it that finds it free. */
export class RoleLease implements ClusterPart, Role {
  readonly #name: string;
  readonly #holder: Pick<Identity, 'node' | 'session'>;
  readonly #listeners = new Set<() => void>();
  #lease: Lease | null = null;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> = Promise.resolve();

  /** @param name key of the lease, such as sender */
  constructor(name: string, { node, session }: Pick<Identity, 'node' | 'session'>) {
    this.#name = name;
    this.#holder = { node, session };
  }

  get isHeld(): boolean {
    return this.#lease?.isHeld ?? false;
  }

  get term(): Readonly<Term> | null {
    return this.#lease?.isHeld ? this.#lease.term : null;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async join({ store, sealer }: Joined): Promise<void> {
    const lease = new Lease({
      ...{ key: this.#name, kv: store.leases, sealer, holder: this.#holder },
      onLost: () => {
        this.#notify();
        this.#askLater(lease);
      },
    });
    this.#lease = lease;
    this.#asking = this.#ask(lease);
    await this.#asking;
  }

  async leave(): Promise<void> {
    const lease = this.#lease;
    const wasHeld = this.isHeld;
    this.#lease = null;
    clearTimeout(this.#timer);
    if (wasHeld) this.#notify();
    await this.#asking;
    await lease?.release();
  }

  async #ask(lease: Lease): Promise<void> {
    try {
      const { outcome } = await lease.take();
      if (this.#lease !== lease) return;
      if (outcome === 'taken') return this.#notify();
    } catch {
      // NATS is away, which membership reports.
    }
    this.#askLater(lease);
  }

  #askLater(lease: Lease): void {
    if (this.#lease !== lease) return;
    this.#timer = setTimeout(
      () => {
        this.#asking = this.#ask(lease);
      },
      ASK_EVERY_MS + Math.random() * JITTER_MS,
    );
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
