import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type ConsumerMessages,
  DeliverPolicy,
  type JsMsg,
  type NextMsgRequest,
  type StreamInfo,
} from '@nats-io/jetstream';
import { Backoff } from '../core/backoff.js';
import { type FencedEvent, renumbered, type SpotterEvent } from '../events/event.js';
import { leaseOf, openEvent } from './eventMessage.js';
import { Fences } from './fences.js';
import { describeFault } from './natsFaults.js';
import type { OwnMessages } from './ownMessages.js';
import type { ClusterPart, Joined } from './part.js';
import { within } from './within.js';

/** The log of the feed on this node. */
export interface FeedLog {
  /** That of the stream; another one after it had to be replaced; null while it is not open. */
  readonly epoch: string | null;
  /** Number of the last message of the stream that was read. */
  readonly lastSeq: number;
  /** Starts anew, empty. @throws when it cannot be written now */
  restart(epoch: string): void;
  /** Stores what has come, up to `lastSeq`, with a text to keep. @returns what is new @throws when it cannot be written now */
  adopt(
    events: readonly { event: SpotterEvent; sinceMs: number }[],
    lastSeq: number,
    note: { key: string; value: string } | null,
  ): SpotterEvent[];
  /** A text that was kept. */
  note(key: string): string | null;
}

/** Where {@link MergedFeed} stores and reports. */
export interface MergedFeedOptions {
  log: FeedLog;
  /** What this node has published. */
  sent: OwnMessages;
  /** An event without the names of people who were forgotten meanwhile; null when nothing is left of it. */
  cleanse: (event: SpotterEvent) => SpotterEvent | null;
  /** Called with what is stored, in order; must not throw. */
  onEvents: (events: readonly StoredFeedEvent[]) => void;
  /** The log starts anew: readers have numbers of another one. */
  onRestart: (message: string) => void;
  /** Events have gone from the stream before they were read, one sentence. */
  onSkipped: (message: string) => void;
  /** One sentence; the same one is repeated. */
  onFault: (message: string) => void;
}

/** An event of the feed that is in the log. */
export interface StoredFeedEvent {
  event: SpotterEvent;
  /** When the stream had it, Unix ms by the clock of its servers. */
  storedMs: number;
}

/** Events per transaction; what comes at the same time is stored together. */
const BATCH = 500;
const BACKOFF = { firstMs: 250, maxMs: 5000, healthyMs: 10_000 };
/** How often the stream is looked at, ms: whether it is the same one, and whether what it has arrives. */
const CHECK_EVERY_MS = 4000;
const TIMEOUT_MS = 3000;
const NS_PER_MS = 1_000_000;
const FENCES = 'fences';

/**
 * Reads the stream into the log of this node, whose numbers are those of the stream: from the first message that the log does not
 * have. What comes from a node without the lease is left out, and what is there already.
 */
export class MergedFeed implements ClusterPart {
  readonly #options: MergedFeedOptions;
  readonly #backoff = new Backoff(BACKOFF);
  #fences = new Fences();
  #stop = new AbortController();
  #messages: ConsumerMessages | null = null;
  #batch: StoredFeedEvent[] = [];
  /** Number of the last message of {@link #batch}, whether it is in it or not. */
  #readSeq = 0;
  /** The first number that was skipped since the last look at the stream. */
  #skippedSeq: number | null = null;
  #streamSeq = 0;
  /** Of the log at the last look at the stream. */
  #checkedSeq = -1;
  #epoch = '';
  #running: Promise<void> = Promise.resolve();

  constructor(options: MergedFeedOptions) {
    this.#options = options;
  }

  /** Number of messages of the stream that are still to read, as far as is known. */
  get lag(): number {
    return Math.max(0, this.#streamSeq - this.#options.log.lastSeq);
  }

  /** Resolves when everything is read that the stream has now. @throws when NATS does not answer, or this node leaves meanwhile */
  async caughtUp({ link, names }: Joined): Promise<void> {
    const { last_seq } = (await this.#look(link, names.events)).state;
    while (this.#options.log.lastSeq < last_seq) await wait(20, null, { signal: this.#stop.signal });
  }

  async join(joined: Joined): Promise<void> {
    this.#stop = new AbortController();
    this.#running = this.#run(joined, this.#stop.signal);
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    this.#messages?.stop();
    await within(TIMEOUT_MS, this.#running).catch(() => {});
  }

  async #run(joined: Joined, signal: AbortSignal): Promise<void> {
    let startedMs = performance.now();
    while (!signal.aborted) {
      try {
        startedMs = performance.now();
        await this.#follow(joined, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onFault(`cannot read the events of the cluster, retrying: ${describeFault(error)}`);
      }
      const upMs = performance.now() - startedMs;
      await wait(this.#backoff.next(upMs), null, { signal }).catch(() => {});
    }
  }

  /** Reads until something is wrong. */
  async #follow({ link, names, sealer }: Joined, signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    const stream = await this.#look(link, names.events);
    this.#begin(stream);
    const consumer = await link.jetstream.consumers.get(names.events, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: log.lastSeq + 1,
    });
    const { num_pending } = await consumer.info(true);
    const { last_seq } = stream.state;
    // The last messages may have been erased.
    if (num_pending === 0 && log.lastSeq < last_seq && !(await this.#hasAfter(link, names, log.lastSeq)))
      log.adopt([], last_seq, null);
    const messages = await consumer.consume({ max_messages: 2 * BATCH });
    if (signal.aborted) return messages.stop();
    this.#messages = messages;
    const check = setInterval(() => void this.#check(link, names.events, stream, messages), CHECK_EVERY_MS);
    try {
      for await (const message of messages) {
        this.#take(message, sealer);
        if (messages.getPending() === 0 || this.#batch.length >= BATCH) this.#flush();
      }
    } finally {
      clearInterval(check);
      messages.stop();
      this.#messages = null;
    }
  }

  /**
   * Whether the stream has a message after a number. Asked of its leader: the server that a consumer is on may be behind, as after a
   * partition, and then says that nothing is pending.
   */
  async #hasAfter({ manager }: Joined['link'], names: Joined['names'], seq: number): Promise<boolean> {
    const query: NextMsgRequest & { seq: number } = { seq: seq + 1, next_by_subj: names.allEvents };
    return (await within(TIMEOUT_MS, manager.streams.getMessage(names.events, query))) !== null;
  }

  /** Makes the log fit the stream. */
  #begin({ created, state, config }: StreamInfo): void {
    const { log, onRestart } = this.#options;
    const epoch = createHash('sha256').update(`${config.name}\0${created}`).digest('hex').slice(0, 32);
    const next = log.lastSeq + 1;
    this.#epoch = epoch;
    this.#streamSeq = state.last_seq;
    if (log.epoch !== epoch || state.last_seq < log.lastSeq || (next < state.first_seq && next > 1)) {
      const isOld = log.epoch === epoch && state.last_seq >= log.lastSeq;
      log.restart(epoch);
      onRestart(
        isOld
          ? `events up to ${state.first_seq - 1} have gone from the cluster before this node had read them all; reading those that there are`
          : 'reading the events of the cluster from the first one that there is',
      );
    }
    this.#fences = new Fences(log.note(FENCES));
    this.#batch = [];
    // A log that begins anew misses nothing.
    this.#readSeq = Math.max(log.lastSeq, state.first_seq - 1);
    this.#skippedSeq = null;
  }

  #take(message: JsMsg, sealer: Joined['sealer']): void {
    // A server that is behind begins with what it has.
    if (message.seq <= this.#readSeq) return;
    const node = message.subject.slice(message.subject.lastIndexOf('.') + 1);
    const found = this.#options.sent.take(message.data) ?? openEvent(sealer, node, message.data);
    if (message.seq > this.#readSeq + 1) this.#skippedSeq ??= this.#readSeq + 1;
    this.#readSeq = message.seq;
    this.#streamSeq = Math.max(this.#streamSeq, message.seq + message.info.pending);
    if (!found)
      this.#options.onFault(
        `skipping events of node "${node}" that this version cannot read; see "Upgrades" in docs/cluster.md`,
      );
    else if (!this.#isLate(found)) {
      const storedMs = Math.floor(message.info.timestampNanos / NS_PER_MS);
      const event = this.#options.cleanse(renumbered(found.event, message.seq));
      if (event) this.#batch.push({ event, storedMs });
    }
  }

  #isLate({ event, fence }: FencedEvent): boolean {
    return fence !== null && this.#fences.isLate(leaseOf(event), fence);
  }

  #flush(): void {
    const { log, onEvents } = this.#options;
    const batch = this.#batch;
    this.#batch = [];
    const fences = this.#fences.save();
    const entries = batch.map(({ event, storedMs }) => ({ event, sinceMs: storedMs }));
    const note = fences === null ? null : { key: FENCES, value: fences };
    const stored = new Set(log.adopt(entries, this.#readSeq, note));
    const fresh = batch.filter(({ event }) => stored.has(event));
    if (fresh.length > 0) onEvents(fresh);
  }

  /** Begins again when the stream or the log is another one, or when nothing arrives that is there. */
  async #check(
    link: Joined['link'],
    name: string,
    { created }: StreamInfo,
    messages: ConsumerMessages,
  ): Promise<void> {
    const { log } = this.#options;
    const seq = log.lastSeq;
    const isStuck = this.#streamSeq > seq && seq === this.#checkedSeq;
    this.#checkedSeq = seq;
    const now = await this.#look(link, name).catch(() => null);
    if (!now || this.#messages !== messages) return;
    this.#streamSeq = now.state.last_seq;
    this.#reportSkipped(now.state.first_seq);
    if (now.created !== created || log.epoch !== this.#epoch || isStuck) messages.stop();
  }

  /** Numbers may be missing because events were erased; those before the first one of the stream have gone. */
  #reportSkipped(firstSeq: number): void {
    const skipped = this.#skippedSeq;
    this.#skippedSeq = null;
    if (skipped !== null && skipped < firstSeq)
      this.#options.onSkipped(
        `events ${skipped} to ${firstSeq - 1} have gone from the cluster before this node had read them; it was away for too long, or cluster.maxMegabytes is too small`,
      );
  }

  async #look({ manager }: Joined['link'], name: string): Promise<StreamInfo> {
    const info = await within(TIMEOUT_MS, manager.streams.info(name));
    if (!info) throw new Error('no answer');
    return info;
  }
}
