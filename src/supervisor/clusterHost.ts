import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Cluster } from '../cluster/cluster.js';
import type { LinkState } from '../cluster/linkWatch.js';
import type { Identity, Member, Membership } from '../cluster/membership.js';
import type { Call, Handler, NodeRequests } from '../cluster/nodeRequests.js';
import type { ClusterPart } from '../cluster/part.js';
import type { Reply } from '../cluster/replyChunks.js';
import { nodeName as nodeNameSchema } from '../config/clusterSchema.js';
import type { Config } from '../config/schema.js';
import { SpotterError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import { packageVersion } from '../core/package.js';
import type { Logger } from '../observe/logger.js';
import type { CameraDuty } from './cameraDuty.js';
import { installationId } from './installation.js';
import type { SharedConfigHost } from './sharedConfigHost.js';

/** What the cluster reads of the daemon, and where it reports. */
export interface ClusterHostOptions {
  /** Configuration at the start: `cluster` applies from a restart. */
  config: Config;
  logger: Logger;
  /** Cameras that all nodes share. */
  shared: SharedConfigHost;
  /** Called at most once, when the node cannot be part of its cluster. */
  onFailure: (error: SpotterError) => void;
}

/** Whether a configuration makes the daemon a node of a cluster. */
export function isClustered({ cluster }: Pick<Config, 'cluster'>): boolean {
  return cluster.servers.length > 0;
}

/** Makes this daemon a node of its cluster, where it has one; without one, nothing of it is loaded. */
export class ClusterHost implements Component {
  readonly #options: ClusterHostOptions;
  /** Name of this node; null without a cluster. */
  readonly node: string | null;
  /** The cameras of this node as part of the cluster; null without one. */
  cameras: (Pick<CameraDuty, 'reasons'> & { readonly leaseLosses: number }) | null = null;
  readonly #answers: ((requests: NodeRequests) => void)[] = [];
  readonly #stops: (() => void)[] = [];
  readonly #sources: ((identity: Identity) => Promise<ClusterPart[]>)[] = [];
  readonly #conditions: (() => boolean)[] = [];
  #cluster: Cluster | null = null;
  #requests: NodeRequests | null = null;

  /** @throws SpotterError config.invalid */
  constructor(options: ClusterHostOptions) {
    const { cluster } = options.config;
    this.#options = options;
    this.node = isClustered(options.config) ? nodeName(cluster) : null;
  }

  /** Cameras that all nodes share. */
  get shared(): SharedConfigHost {
    return this.#options.shared;
  }

  /** Why this node is not in its cluster, one sentence; null while it is, and without a cluster. */
  get problem(): string | null {
    if (this.node === null) return null;
    return this.#cluster ? this.#cluster.problem : 'joining the cluster';
  }

  /** Whether nothing forbids that this node watches and publishes; see {@link require}. */
  get isCurrent(): boolean {
    return this.#conditions.every((isMet) => isMet());
  }

  /** Adds a condition without which this node neither watches nor publishes. Call before {@link start}. */
  require(isMet: () => boolean): void {
    this.#conditions.push(isMet);
  }

  /** The nodes; null without a cluster, and before the start. */
  get membership(): Membership | null {
    return this.#cluster?.membership ?? null;
  }

  /** Names of the other nodes; none without a cluster. */
  get others(): string[] {
    return this.membership?.others.map(({ node }) => node) ?? [];
  }

  /** The other node that watches a camera; null when this one does, or nobody. */
  holderOf(camera: string): string | null {
    const holds = ({ cameras = [] }: Pick<Member, 'cameras'>) => cameras.some(({ id }) => id === camera);
    return this.membership?.others.find(holds)?.node ?? null;
  }

  /** Asks another node; see {@link NodeRequests.ask}. @throws SpotterError cluster.unreachable, and what the other node has thrown */
  ask<I, O>(node: string, call: Call<I, O>, input: I, timeoutMs?: number): Promise<Reply<O>> {
    if (this.#requests) return this.#requests.ask(node, call, input, timeoutMs);
    return Promise.reject(new SpotterError('cluster.unreachable', `node ${node} does not answer`));
  }

  /** Calls something when this node leaves its cluster. */
  onStop(stop: () => void): void {
    this.#stops.push(stop);
  }

  /** The connection to NATS; null before the first one. */
  get nats(): LinkState | null {
    return this.#cluster?.nats ?? null;
  }

  /** Id of the cluster for brokers, 12 hexadecimal digits: the same on every node. Null without a cluster. */
  get installation(): string | null {
    return (
      this.#cluster?.sealer.keyOf('installation', this.#options.config.cluster.name).slice(0, 12) ?? null
    );
  }

  /** Unix time of the NATS servers, ms; null before it is known. @param monotonicMs a moment of the monotonic clock */
  serverTime(monotonicMs: number): number | null {
    return this.#cluster?.clock.at(monotonicMs) ?? null;
  }

  /** Answers a question of other nodes. Call before {@link start}. */
  answer<I, O>(call: Call<I, O>, handler: Handler<I, O>): void {
    this.#answers.push((requests) => requests.answer(call, handler));
  }

  /** Adds parts, which join in the order in which they were added. Call before {@link start}. @param make loads what it needs */
  add(make: (identity: Identity) => Promise<ClusterPart[]>): void {
    this.#sources.push(make);
  }

  /**
   * Takes a node that is gone for good off the cluster, so that nothing waits for it.
   *
   * @throws SpotterError usage when there has been no such node, cluster.other when it is there, cluster.unfit, cluster.unreachable
   */
  async removeNode(node: string): Promise<void> {
    const joined = this.#cluster?.joined;
    if (this.node === null) throw new SpotterError('cluster.unfit', 'this node is in no cluster');
    if (!joined || this.problem !== null)
      throw new SpotterError('cluster.unreachable', this.problem ?? 'joining the cluster');
    const { Roll } = await import('../cluster/roll.js');
    const running = joined.membership.members.map((member) => member.node);
    await new Roll(joined).remove(node, running);
  }

  /** @throws SpotterError cluster.refused, cluster.unfit, cluster.other, cluster.full, config.invalid */
  async start(signal?: AbortSignal): Promise<void> {
    const { config, logger, onFailure } = this.#options;
    if (this.node === null) return;
    const { cluster, data } = config;
    const { Cluster } = await import('../cluster/cluster.js');
    const { NodeRequests } = await import('../cluster/nodeRequests.js');
    const identity = {
      node: this.node,
      session: randomUUID(),
      installation: installationId(data),
      version: packageVersion,
      startedAt: new Date().toISOString(),
    };
    const requests = new NodeRequests(identity);
    const shared = await this.shared.part(this.node);
    this.#requests = requests;
    for (const add of this.#answers) add(requests);
    const parts: ClusterPart[] = [...(shared ? [shared] : []), requests];
    for (const make of this.#sources) parts.push(...(await make(identity)));
    this.#cluster = new Cluster({
      config: { ...cluster, key: cluster.key ?? '' },
      identity,
      parts,
      log: { info: (text) => logger.info(text), warn: (text) => logger.warn(text) },
      onFailure,
    });
    await this.#cluster.start(signal);
  }

  /** Says that this node is about to stop, so that the others know who goes on; does not wait until it is said. */
  announceStop(): void {
    void this.#cluster?.membership.announceLeave();
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#cluster?.stop();
    this.#cluster = null;
    this.#requests = null;
  }
}

/** The name of this node: as configured, or that of the machine. @throws SpotterError config.invalid when that is no name for a node */
export function nodeName({ node }: Pick<Config['cluster'], 'node'>): string {
  return node ?? nodeOf(hostname());
}

/** The name of a node by that of its machine. @throws SpotterError config.invalid when that is no name for a node */
function nodeOf(host: string): string {
  const [name] = host.toLowerCase().split('.');
  if (nodeNameSchema.safeParse(name).success) return name;
  throw new SpotterError(
    'config.invalid',
    `the host name ${host} is no name for a node of a cluster; set cluster.node`,
  );
}
