import { setTimeout as wait } from 'node:timers/promises';
import { Backoff } from '../core/backoff.js';
import type { SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import { stripAddresses } from '../core/secrets.js';
import { ClusterClock } from './clusterClock.js';
import { closeLink, type Link, type LinkConfig, openLink } from './link.js';
import { type LinkState, LinkWatch } from './linkWatch.js';
import { type Identity, Membership } from './membership.js';
import { namesOf } from './names.js';
import { describeFault, LOGIN_REFUSED, refusalOf } from './natsFaults.js';
import { openStore } from './natsStore.js';
import type { ClusterPart, Joined } from './part.js';
import { Sealer } from './sealer.js';
import { StoreWatch } from './storeWatch.js';

/** What {@link Cluster} is made of. */
export interface ClusterOptions {
  /** The section `cluster` of the configuration. */
  config: Omit<LinkConfig, 'node'> & {
    name: string;
    key: string;
    replicas: number | null;
    maxMegabytes: number;
  };
  identity: Identity;
  /** In the order in which they join; they leave in reverse. */
  parts: readonly ClusterPart[];
  log: { info: (text: string) => void; warn: (text: string) => void };
  /** Called at most once when the node cannot be part of the cluster; not for what {@link Cluster.start} throws. */
  onFailure: (error: SpotterError) => void;
}

/** How long the start waits for the servers before it goes on without them, ms. */
const FIRST_ATTEMPT_MS = 5000;
const BACKOFF = { firstMs: 500, maxMs: 10_000, healthyMs: 1000 };

/**
 * This node's part in the cluster: connects, joins, and lets its parts join. While the servers are away it keeps trying; what does not
 * pass, such as a refused login, ends it.
 */
export class Cluster implements Component {
  readonly #options: ClusterOptions;
  readonly #membership: Membership;
  readonly #clock = new ClusterClock();
  readonly #sealer: Sealer;
  readonly #backoff = new Backoff(BACKOFF);
  readonly #ending = new AbortController();
  #link: Link | null = null;
  #watch: LinkWatch | null = null;
  #storeWatch: StoreWatch | null = null;
  #joined: Joined | null = null;
  #isJoined = false;
  /** Why it could not join, as reported last. */
  #trouble = '';
  #retry: NodeJS.Timeout | undefined;
  #joining: Promise<void> = Promise.resolve();

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#sealer = new Sealer(options.config.key);
    this.#membership = new Membership({
      identity: options.identity,
      sealer: this.#sealer,
      clock: this.#clock,
      onFault: (reason) =>
        this.#isJoined &&
        options.log.warn(
          `NATS at ${this.#servers}${this.nats?.isRefused ? ` ${LOGIN_REFUSED}` : `: ${reason}`}; cameras stop until it is back, and events wait`,
        ),
      onRecovered: () => this.#isJoined && options.log.info(`NATS at ${this.#servers} answers again`),
    });
  }

  /** The nodes of the cluster. */
  get membership(): Membership {
    return this.#membership;
  }

  /** The clock of the servers. */
  get clock(): ClusterClock {
    return this.#clock;
  }

  /** Encrypts with the key of the cluster. */
  get sealer(): Sealer {
    return this.#sealer;
  }

  /** How the connection is; null before the first one. */
  get nats(): LinkState | null {
    return this.#watch?.state ?? null;
  }

  /** What this node has of the cluster; null before it has joined. */
  get joined(): Joined | null {
    return this.#joined;
  }

  /** Why this node is not in the cluster, one sentence; null while it is. */
  get problem(): string | null {
    if (!this.#isJoined) return `waiting for NATS at ${this.#servers}`;
    const { isConnected, isRefused } = this.nats ?? {};
    if (isConnected) return null;
    return `NATS at ${this.#servers} ${isRefused ? LOGIN_REFUSED : 'does not answer'}; trying again`;
  }

  /**
   * Resolves when the node has joined, or the servers cannot be reached for now.
   *
   * @param signal ends the wait
   * @throws SpotterError cluster.refused, cluster.unfit, cluster.other, cluster.full
   */
  async start(signal?: AbortSignal): Promise<void> {
    let isWaiting = true;
    let refused: SpotterError | null = null;
    const first = this.#tryJoin((error) => {
      if (isWaiting) refused = error;
      else this.#options.onFailure(error);
    });
    this.#joining = first;
    const isOver = new AbortController();
    const ends = signal ? AbortSignal.any([signal, isOver.signal]) : isOver.signal;
    await Promise.race([first, wait(FIRST_ATTEMPT_MS, null, { signal: ends }).catch(() => {})]);
    isOver.abort();
    isWaiting = false;
    if (refused) throw refused;
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    clearTimeout(this.#retry);
    // What is asked of NATS while it joins fails at once then; an attempt to connect ends by itself.
    const isConnecting = !this.#link;
    if (!this.#isJoined && this.#link) await closeLink(this.#link);
    if (!isConnecting) await this.#joining;
    await this.#leave();
    this.#isJoined = false;
  }

  /** Ends what {@link #join} has begun. */
  async #leave(): Promise<void> {
    this.#storeWatch?.stop();
    for (const part of [...this.#options.parts].reverse()) await part.leave();
    await this.#membership.leave();
    if (this.#link) await closeLink(this.#link);
    this.#link = null;
  }

  /** What is gone is made again, and everything read anew. */
  #rejoin(stream: string, what: 'deleted' | 'emptied'): void {
    if (this.#isStopped) return;
    this.#options.log.warn(`${stream} was ${what} in NATS; joining the cluster anew`);
    this.#isJoined = false;
    this.#joining = this.#leave().then(() => this.#tryJoin(this.#options.onFailure));
  }

  get #isStopped(): boolean {
    return this.#ending.signal.aborted;
  }

  get #servers(): string {
    return this.#options.config.servers.map(stripAddresses).join(', ');
  }

  /** @param onRefused gets an error that does not pass */
  async #tryJoin(onRefused: (error: SpotterError) => void): Promise<void> {
    if (this.#isStopped) return;
    try {
      await this.#join();
    } catch (error) {
      await this.#leave();
      const refusal = refusalOf(error, this.#servers);
      if (refusal) return onRefused(refusal);
      const waitMs = this.#backoff.next(0);
      if (this.#isStopped) return;
      const trouble = describeFault(error);
      if (trouble !== this.#trouble)
        this.#options.log.warn(`cannot join the cluster, retrying: NATS at ${this.#servers}: ${trouble}`);
      this.#trouble = trouble;
      this.#retry = setTimeout(() => {
        this.#joining = this.#tryJoin(this.#options.onFailure);
      }, waitMs);
    }
  }

  async #join(): Promise<void> {
    const { config, identity, parts, log } = this.#options;
    const names = namesOf(config.name);
    const link = await openLink({ ...config, node: identity.node }, this.#ending.signal);
    if (this.#isStopped) return closeLink(link);
    this.#link = link;
    this.#watch = new LinkWatch(link.connection);
    const store = await openStore(link, {
      cluster: config.name,
      names,
      sealer: this.#sealer,
      replicas: config.replicas,
      maxEventBytes: config.maxMegabytes * 1_000_000,
      version: identity.version,
    });
    await this.#membership.join(store.nodes);
    const joined: Joined = {
      ...{ link, names, store },
      ...{ sealer: this.#sealer, clock: this.#clock, membership: this.#membership },
    };
    for (const part of parts) await part.join(joined);
    const storeWatch = new StoreWatch(names.streams, (stream, what) => this.#rejoin(stream, what));
    this.#storeWatch = storeWatch;
    await storeWatch.start(link.manager);
    this.#joined = joined;
    this.#isJoined = true;
    const others = this.#membership.others.map(({ node }) => node);
    log.info(
      `joined cluster "${config.name}" as "${identity.node}"${others.length > 0 ? `, with ${others.join(', ')}` : ''}`,
    );
  }
}
