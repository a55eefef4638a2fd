import path from 'node:path';
import type { OutboxLog } from '../cluster/eventOutbox.js';
import type { Identity } from '../cluster/membership.js';
import type { StoredFeedEvent } from '../cluster/mergedFeed.js';
import type { NodeSections } from '../cluster/nodeRecord.js';
import type { ClusterPart, Joined } from '../cluster/part.js';
import type { Role } from '../cluster/roleLease.js';
import type { Config } from '../config/schema.js';
import { monotonicMs } from '../core/clock.js';
import type { Component } from '../core/lifecycle.js';
import { plural } from '../core/plural.js';
import type { EventDraft, SpotterEvent } from '../events/event.js';
import type { EventListener, PublishDelay } from '../events/feed.js';
import type { EventLog } from '../events/log/eventLog.js';
import { MergedLog } from '../events/log/mergedLog.js';
import { eventOf } from '../events/log/row.js';
import { CursorTaken } from '../events/sinks/port.js';
import type { Logger } from '../observe/logger.js';
import { CLUSTER_FOLDER } from './forgetPerson.js';
import { SharedSinks } from './sharedSinks.js';
import { SharedVisits } from './sharedVisits.js';
import { throttledWarning } from './throttledWarning.js';

/** The cluster as its feed on this node uses it. */
export interface FeedCluster {
  /** Name of this node. */
  node: string;
  /** Unix time of the servers at a moment of the monotonic clock, ms; null before it is known. */
  serverTime: (monotonicMs: number) => number | null;
  /** Whether everybody is erased who was forgotten while this node was away; nothing is published before. */
  isCurrent: () => boolean;
}

/** What {@link SharedFeed} reads, and what it calls. */
export interface SharedFeedOptions {
  config: () => Config;
  cluster: FeedCluster;
  logger: Logger;
  onRemoved: (events: { seq: number; id: string }[]) => void;
  /** The log of the feed starts anew. */
  onRestart: () => void;
  /** An event of this node can be read. */
  onPublished: (delay: PublishDelay) => void;
  /** Publishes an event of a visit. */
  publishVisit: (draft: EventDraft) => void;
  /** An event without the names of people who were forgotten; null when nothing is left of it. */
  cleanse: (event: SpotterEvent) => SpotterEvent | null;
  /** This node is the one that sends and works out visits, or is not any more. */
  onSender: (isSender: boolean) => void;
  /** State of the sinks on this node. */
  sinks: () => NonNullable<NodeSections['sinks']>;
}

/** Own events whose way is measured at the same time. */
const MOST_EXPECTED = 1000;
const CURSOR = 'cluster';
const ROLE = 'sender';

/**
 * The feed of the cluster on this node: what the own log has is published, and what all nodes publish is read into a second log. Everything
 * that reads events reads that one.
 */
export class SharedFeed implements Component {
  readonly log: MergedLog;
  readonly visits: SharedVisits;
  readonly sinks: SharedSinks;
  readonly #options: SharedFeedOptions;
  readonly #own: EventLog;
  readonly #listeners = new Set<EventListener>();
  /** When own events were handed over, and their frames came, by id. */
  readonly #expected = new Map<string, { atMs: number; sinceMs: number | null }>();
  #role: Role | null = null;

  constructor(own: EventLog, options: SharedFeedOptions) {
    const { config, cluster, logger, onRemoved } = options;
    this.#options = options;
    this.#own = own;
    this.log = new MergedLog({
      folder: path.join(config().data, CLUSTER_FOLDER),
      retention: () => config().events,
      now: () => cluster.serverTime(monotonicMs()),
      explain: () => config().events.explain,
      onReplaced: (message) => logger.error(message),
      onRemoved: (events) => {
        onRemoved(events);
        void this.sinks.reconcile();
      },
      onFault: (message) => logger.warn(`cannot remove expired events, retrying later: ${message}`),
    });
    this.visits = new SharedVisits({
      log: this.log,
      rules: () => config().visits,
      serverTime: cluster.serverTime,
      publish: options.publishVisit,
    });
    this.sinks = new SharedSinks(this.log);
  }

  /** Opens the log. */
  async start(): Promise<void> {
    await this.log.start();
    await this.visits.start();
    this.#beginOutbox();
  }

  async stop(): Promise<void> {
    await this.visits.stop();
    await this.log.stop();
  }

  /** Whether this node sends at this moment. */
  get isSender(): boolean {
    return this.#role?.isHeld ?? false;
  }

  /** Calls a listener with every event that is in the log. @returns a function that ends that */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A draft with the node that has it. With which lease it has watched, is there already where that matters. */
  named(draft: EventDraft): EventDraft {
    return { ...draft, node: this.#options.cluster.node };
  }

  /** An own event is stored: it is published when it comes back. */
  expect({ event, publishMs, frameMs }: PublishDelay): void {
    const nowMs = monotonicMs();
    const sinceMs = frameMs === null ? null : nowMs - frameMs;
    this.#expected.set(event.id, { atMs: nowMs - publishMs, sinceMs });
    for (const id of this.#expected.keys())
      if (this.#expected.size > MOST_EXPECTED) this.#expected.delete(id);
  }

  /** The parts of the cluster that the feed consists of. */
  async parts(identity: Identity): Promise<ClusterPart[]> {
    const { logger, onRestart, cluster, sinks } = this.#options;
    const { MergedFeed } = await import('../cluster/mergedFeed.js');
    const { EventOutbox } = await import('../cluster/eventOutbox.js');
    const { OwnMessages } = await import('../cluster/ownMessages.js');
    const { RoleLease } = await import('../cluster/roleLease.js');
    const { SharedCursors } = await import('../cluster/sharedCursors.js');
    const { SharedLetters } = await import('../cluster/sharedLetters.js');
    const sent = new OwnMessages();
    const feed = new MergedFeed({
      log: this.log,
      sent,
      cleanse: this.#options.cleanse,
      onEvents: (events) => this.#read(events),
      onRestart: (message) => {
        logger.info(message);
        this.visits.restart();
        letters.restore();
        onRestart();
      },
      onSkipped: (message) => logger.warn(message),
      onFault: throttledWarning(logger),
    });
    const outbox = new EventOutbox({
      node: cluster.node,
      log: outboxLog(this.#own),
      sent,
      mayPublish: cluster.isCurrent,
      onFault: (reason) => logger.warn(`cannot publish events to the cluster, they wait: ${reason}`),
      onRecovered: (waiting) => logger.info(`events are published again; ${plural(waiting, 'event')} waited`),
    });
    const cursors = new SharedCursors({
      session: identity.session,
      epoch: () => this.log.epoch,
      toTaken: () => new CursorTaken('another node sends now'),
    });
    const letters = new SharedLetters(this.sinks.mirror);
    this.sinks.use(cursors, letters);
    const role = new RoleLease(ROLE, identity);
    this.#role = role;
    let caughtUp = () => Promise.resolve();
    role.onChange(() => void this.#changeRole(role, caughtUp));
    const report: ClusterPart = {
      join: async (joined: Joined) => {
        caughtUp = () => feed.caughtUp(joined);
        joined.membership.contribute('lag', () => ({ outbox: outbox.lag, feed: feed.lag }));
        joined.membership.contribute('sinks', sinks);
        joined.membership.contribute('roles', () => (role.isHeld ? [ROLE] : []));
      },
      leave: async () => {},
    };
    // The role last: whoever has it reads and publishes already.
    return [report, feed, outbox, cursors, letters, role];
  }

  /** A new node of the cluster publishes what happens from its first start on. */
  #beginOutbox(): void {
    const log = outboxLog(this.#own);
    try {
      if (log.load() === null) log.save(log.lastSeq);
    } catch {
      // Reported by the log; the outbox begins at its end.
    }
  }

  async #changeRole(role: Role, caughtUp: () => Promise<void>): Promise<void> {
    const { onSender } = this.#options;
    const { term } = role;
    onSender(term !== null);
    this.visits.publishWith(null);
    if (term === null) return;
    await caughtUp().catch(() => {});
    if (role.term?.token === term.token) this.visits.publishWith(term);
  }

  #read(events: readonly StoredFeedEvent[]): void {
    for (const { event, storedMs } of events) {
      this.visits.note(event, storedMs);
      for (const listener of this.#listeners) listener(event);
      const expected = this.#expected.get(event.id);
      if (!expected) continue;
      this.#expected.delete(event.id);
      const { atMs, sinceMs } = expected;
      const nowMs = monotonicMs();
      const frameMs = sinceMs === null ? null : nowMs - sinceMs;
      this.#options.onPublished({ event, publishMs: nowMs - atMs, frameMs });
    }
  }
}

function outboxLog(log: EventLog): OutboxLog {
  return {
    get lastSeq() {
      return log.lastSeq;
    },
    after: (seq, limit) =>
      log.use((store) => {
        const rows = store.after(seq, limit).map((row) => eventOf(row, true));
        const fences = store.fences(seq, rows.at(-1)?.seq ?? seq);
        return rows.map((event) => ({ event, fence: fences.get(event.seq) ?? null }));
      }),
    load: () => log.load(CURSOR),
    save: (seq) => log.save(CURSOR, seq),
    setDurable: (isDurable) => log.setDurable(isDurable),
    onCommitted: (listener) => log.onCommitted(listener),
  };
}
