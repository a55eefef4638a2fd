import type { KV, KvWatchEntry } from '@nats-io/kv';
import { monotonicMs } from '../core/clock.js';
import { SpotterError } from '../core/errors.js';
import { Serial } from '../core/serial.js';
import { entryOf } from './bucketEntry.js';
import type { ClusterClock } from './clusterClock.js';
import { FORMAT, NODE_TTL_MS } from './names.js';
import { describeFault } from './natsFaults.js';
import { type NodeRecord, type NodeSections, nodeRecord } from './nodeRecord.js';
import type { Sealer } from './sealer.js';
import { within } from './within.js';

/** Who this node is. */
export interface Identity
  extends Pick<NodeRecord, 'node' | 'session' | 'installation' | 'version' | 'startedAt'> {}

/** Another node, or this one. */
export interface Member extends NodeRecord {
  /** Monotonic time at which it was last heard of. */
  heardMs: number;
}

/** Where {@link Membership} reports. */
export interface MembershipOptions {
  identity: Identity;
  sealer: Sealer;
  clock: ClusterClock;
  /** Called once when reports begin to fail, with the reason as part of a sentence, and once when they are stored again. */
  onFault: (reason: string) => void;
  onRecovered: () => void;
}

const REPORT_EVERY_MS = 2000;
/** A report that is not stored within this has failed, ms. */
const TIMEOUT_MS = 1500;
const MOST_STAMPS = 4;

/**
 * The nodes of the cluster. This one writes a record every two seconds, from what the parts add; those of the others are watched. A node that
 * ends deletes its record; one that is not heard of for {@link NODE_TTL_MS} is gone.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #members = new Map<string, Member>();
  readonly #sections = new Map<keyof NodeSections, () => unknown>();
  readonly #listeners = new Set<() => void>();
  /** Monotonic times at which an own record was sent and stored, by revision, and Unix time that the server gave it. */
  readonly #stamps = new Map<number, { sent?: { sentMs: number; doneMs: number }; createdMs?: number }>();
  #nodes: KV | null = null;
  #watch: { stop: () => void } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;
  #isLeaving = false;
  readonly #reports = new Serial();
  #next: Promise<void> | null = null;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** Adds a section to the record of this node; the value is read with every report. */
  contribute<K extends keyof NodeSections>(section: K, value: () => NonNullable<NodeSections[K]>): void {
    this.#sections.set(section, value);
  }

  /** A section of this node as it is now, whether NATS is there or not; undefined when nothing contributes it. */
  own<K extends keyof NodeSections>(section: K): NodeSections[K] {
    return this.#sections.get(section)?.() as NodeSections[K];
  }

  /** Whether the last report could not be stored, which is reported. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Every node that was heard of lately, this one included, by name. */
  get members(): Member[] {
    const oldestMs = monotonicMs() - NODE_TTL_MS;
    return [...this.#members.values()]
      .filter(({ heardMs }) => heardMs >= oldestMs)
      .sort((a, b) => (a.node < b.node ? -1 : 1));
  }

  /** The nodes beside this one. */
  get others(): Member[] {
    return this.members.filter(({ node }) => node !== this.#options.identity.node);
  }

  /** The nodes beside this one that go on when it ends. */
  get successors(): Member[] {
    return this.others.filter(({ isLeaving }) => !isLeaving);
  }

  /** Calls a listener when a record has come or is gone. @returns a function that ends that */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Reports this node, and watches the others.
   *
   * @throws SpotterError cluster.other when another node has this name
   */
  async join(nodes: KV): Promise<void> {
    const { node, installation } = this.#options.identity;
    const taken = await entryOf(nodes, node);
    const other = taken && this.#read(taken.value, node);
    if (other && other.installation !== installation)
      throw new SpotterError(
        'cluster.other',
        `there is a node "${node}" in the cluster already, started ${other.startedAt}; give this one another cluster.node`,
      );
    this.#nodes = nodes;
    // Revisions begin again with a bucket that was made anew.
    this.#stamps.clear();
    this.#members.clear();
    const watch = await nodes.watch();
    this.#watch = watch;
    void this.#follow(watch);
    await this.report();
    this.#timer = setInterval(() => void this.report(), REPORT_EVERY_MS);
  }

  /** Says that this node is about to {@link leave}. Never rejects. */
  announceLeave(): Promise<void> {
    this.#isLeaving = true;
    return this.report();
  }

  /** Deletes the record of this node, so that others need not wait. */
  async leave(): Promise<void> {
    clearInterval(this.#timer);
    this.#watch?.stop();
    this.#watch = null;
    const nodes = this.#nodes;
    this.#nodes = null;
    await within(TIMEOUT_MS, nodes?.delete(this.#options.identity.node)).catch(() => {});
  }

  /** Writes the record now; never rejects. Call when something has changed that others should know at once. */
  report(): Promise<void> {
    // What changes while one is under way is in the next.
    this.#next ??= this.#reports.run(() => this.#write());
    return this.#next;
  }

  async #write(): Promise<void> {
    this.#next = null;
    const { identity, sealer, onFault, onRecovered } = this.#options;
    if (!this.#nodes) return;
    const sections = Object.fromEntries([...this.#sections].map(([name, value]) => [name, value()]));
    const leaving = this.#isLeaving && { isLeaving: true };
    const record = { format: FORMAT, ...identity, ...sections, ...leaving };
    const sentMs = monotonicMs();
    try {
      const put = this.#nodes.put(identity.node, sealer.sealJson(record, `node ${identity.node}`));
      const revision = await within(TIMEOUT_MS, put);
      if (revision !== undefined) this.#stamp(revision, { sent: { sentMs, doneMs: monotonicMs() } });
      if (this.#isFailing) onRecovered();
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) onFault(describeFault(error));
      this.#isFailing = true;
    }
  }

  /** The answer to a write and the entry itself come in either order. */
  #stamp(revision: number, part: { sent?: { sentMs: number; doneMs: number }; createdMs?: number }): void {
    const { sent, createdMs } = { ...this.#stamps.get(revision), ...part };
    if (!sent || createdMs === undefined) {
      this.#stamps.set(revision, part);
      for (const old of this.#stamps.keys()) if (this.#stamps.size > MOST_STAMPS) this.#stamps.delete(old);
      return;
    }
    this.#stamps.delete(revision);
    this.#options.clock.note(sent.sentMs, sent.doneMs, createdMs);
  }

  async #follow(watch: AsyncIterable<KvWatchEntry>): Promise<void> {
    for await (const entry of watch) this.#note(entry);
  }

  #note({ key, value, operation, revision, created }: KvWatchEntry): void {
    if (operation === 'PUT') {
      const record = this.#read(value, key);
      if (record) this.#members.set(key, { ...record, heardMs: monotonicMs() });
    } else this.#members.delete(key);
    if (key === this.#options.identity.node) this.#stamp(revision, { createdMs: created.getTime() });
    for (const listener of this.#listeners) listener();
  }

  #read(value: Uint8Array, node: string): NodeRecord | null {
    const parsed = nodeRecord.safeParse(this.#options.sealer.openJson(value, `node ${node}`));
    return parsed.success ? parsed.data : null;
  }
}
