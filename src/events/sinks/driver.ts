import { setImmediate as nextTurn } from 'node:timers/promises';
import { Backoff } from '../../core/backoff.js';
import { describeError } from '../../core/errors.js';
import type { Component } from '../../core/lifecycle.js';
import type { SpotterEvent } from '../event.js';
import { Cursor } from './cursor.js';
import { OutageLog } from './outageLog.js';
import type { CursorStore, DeadLetterStore, EventSource } from './port.js';
import type { Clock, Failure, Sink, SinkLog, SinkObserver } from './sink.js';
import { SinkHealth } from './sinkHealth.js';
import { SinkTally, type Tally } from './sinkTally.js';
import { systemClock } from './systemClock.js';

/** One sink, and what the driver reads and writes for it. */
export interface SinkDriverOptions {
  sink: Sink;
  source: EventSource;
  cursors: CursorStore;
  deadLetters: Pick<DeadLetterStore, 'add'>;
  log: SinkLog;
  observer: SinkObserver;
  /** By default the machine's. */
  clock?: Clock;
  /** Whether this node may deliver at this moment; asked before the sink is opened and before each event. Default: it may. */
  mayDeliver?: (() => boolean) | undefined;
}

const PAGE = 100;
/** `healthyMs` of 1: any delivery since the last failure resets the backoff. */
const BACKOFF = { firstMs: 1000, maxMs: 60_000, healthyMs: 1 };
/** Retry-After is honoured up to this. */
const MAX_RETRY_AFTER_MS = 600_000;
/** When the daemon stops, queued events may still go to a far end that is up, for this long. */
const STOP_GRACE_MS = 700;
/** Longest wait before a cursor that could not be saved is saved again, and until it is asked again whether to deliver, ms. */
const ASK_AGAIN_MS = 500;

/**
 * Delivers the events of the log to one sink, in order, from its cursor on. The cursor moves after the delivery, so that the
 * far end gets every event at least once, and twice at most around a crash.
 */
export class SinkDriver implements Component {
  readonly #options: SinkDriverOptions;
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #cursor: Cursor;
  readonly #outage: OutageLog;
  readonly #health: SinkHealth;
  readonly #tally = new SinkTally();
  readonly #backoff = new Backoff(BACKOFF);
  readonly #abort = new AbortController();
  /** Steady time. */
  #startedAtMs = 0;
  #running: Promise<void> | null = null;
  #hasBegun = false;
  #stopping = false;
  /** The last failure was not of the far end. */
  #isLogBroken = false;
  /** An event has been delivered since the last failure. */
  #hasHeld = false;
  /** Events of the current page may have been erased from the log. */
  #isPageStale = false;
  /** The far end has had an event whose number is not saved. */
  #mustNote = false;
  /** Events in a row that were given up. */
  #givenUp = 0;
  #wake = () => {};
  #unsubscribe = () => {};

  constructor(options: SinkDriverOptions) {
    this.#options = options;
    this.#sink = options.sink;
    this.#clock = options.clock ?? systemClock;
    this.#cursor = new Cursor(options.sink.name, options.cursors, options.log);
    this.#outage = new OutageLog(options.log, this.#clock);
    this.#health = new SinkHealth(options.log);
  }

  /** The name of the sink. */
  get name(): string {
    return this.#sink.name;
  }

  /** false while the far end accepts nothing. */
  get isUp(): boolean {
    return this.#isReached && !this.#health.isRefusing;
  }

  /** Why it is not up, one sentence; else null. */
  get problem(): string | null {
    return this.#health.problem(this.#sink.isOpen);
  }

  /** What has become of events. */
  get tally(): Tally {
    return this.#tally.tally;
  }

  /** Number of events from the cursor to the end of the log; some may have been removed. */
  get lag(): number {
    return !this.#hasBegun ? 0 : Math.max(0, this.#options.source.lastSeq - this.#cursor.seq);
  }

  /** Starts, without waiting for the far end. */
  async start(): Promise<void> {
    this.#startedAtMs = this.#clock.steadyMs();
    this.#unsubscribe = this.#options.source.onCommitted(() => this.#wake());
    this.#running = this.#run();
  }

  /**
   * Resolves within two seconds, whatever the far end does; the rest is delivered after the next start.
   *
   * @param how another node goes on from here, so that the far end is told nothing; `now`: it may have begun already
   */
  async stop(how: 'end' | 'handover' | 'now' = 'end'): Promise<void> {
    if (this.#running === null) return;
    this.#stopping = true;
    this.#wake();
    if (!this.#isReached || how === 'now') this.#abort.abort();
    const timer = setTimeout(() => this.#abort.abort(), STOP_GRACE_MS);
    await this.#running;
    clearTimeout(timer);
    this.#outage.stop();
    this.#unsubscribe();
    if (how !== 'now') await this.#cursor.flush();
    await this.#sink.close(how !== 'end');
    this.#running = null;
  }

  /** To be called when events were erased: those that were read ahead are read again before any more is delivered. */
  reread(): void {
    this.#isPageStale = true;
  }

  /** Whether the far end answers, whatever it answers. */
  get #isReached(): boolean {
    return this.#health.isWell && this.#sink.isOpen;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        if (await this.#step(signal)) return;
      } catch (error) {
        // The log cannot be read, or this is a bug: the daemon goes on.
        this.#isLogBroken = true;
        await this.#fail({ outcome: 'failed', reason: describeError(error) }, signal);
      }
    }
  }

  /** Opens the sink, delivers a page, or waits for events. @returns whether to end */
  async #step(signal: AbortSignal): Promise<boolean> {
    const { source } = this.#options;
    const beginning = this.#hasBegun ? undefined : this.#cursor.begin(source.lastSeq);
    if (beginning) await beginning;
    this.#hasBegun = true;
    if (!this.#sink.isOpen) {
      if (this.#stopping || !(await this.#isAllowed(signal))) return this.#stopping;
      const failure = await this.#sink.open(signal, () => this.#wake());
      if (failure) await this.#fail(failure, signal);
      else this.#health.recovered();
      return false;
    }
    if (source.lastSeq < this.#cursor.seq) {
      this.#options.log.warn('the event log has been replaced; starting at its first event');
      await this.#cursor.moveTo(0);
    }
    const page = source.after(this.#cursor.seq, PAGE);
    this.#isPageStale = false;
    if (this.#isLogBroken) this.#health.recovered();
    this.#isLogBroken = false;
    if (page.length === 0) {
      if (this.#stopping) return true;
      if (this.#health.isWell) this.#outage.end();
      await this.#untilWoken();
      return false;
    }
    // One event per page is attempted, in case the far end is back.
    this.#givenUp = Math.min(this.#givenUp, 1);
    for (const event of page) {
      if (signal.aborted || this.#isPageStale || !(await this.#isAllowed(signal))) return false;
      if (!(await this.#settle(event, signal)) || !(await this.#isNoted(signal))) return false;
    }
    // Pages without an event for this sink would otherwise block everything else.
    await nextTurn();
    return false;
  }

  /** Whether this node delivers at the moment, else waits: one that opened a sink would end the connection of the node that does. */
  async #isAllowed(signal: AbortSignal): Promise<boolean> {
    if (this.#options.mayDeliver?.() !== false) return true;
    await this.#clock.wait(ASK_AGAIN_MS, signal);
    return false;
  }

  /** Where other nodes go on from the cursor, it is saved before the next event. @returns whether to go on */
  async #isNoted(signal: AbortSignal): Promise<boolean> {
    if (!this.#options.cursors.isShared || !this.#mustNote) return true;
    this.#mustNote = false;
    for (let waitMs = 20; ; waitMs = Math.min(2 * waitMs, ASK_AGAIN_MS)) {
      await this.#cursor.flush();
      if (this.#cursor.isTaken) this.#abort.abort();
      if (this.#cursor.isSaved || signal.aborted) return this.#cursor.isSaved;
      await this.#clock.wait(waitMs, signal);
    }
  }

  /** Waits until events are committed, the far end closes, or the driver stops. */
  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Makes one attempt. @returns whether the sink is done with the event */
  async #settle(event: SpotterEvent, signal: AbortSignal): Promise<boolean> {
    const isOverdue = this.#isOverdue(event);
    // Two expired events failed in a row, so the far end is to blame and not the events: later expired events are
    // dead-lettered unattempted, except one probe per page, or the backlog would never end.
    if (isOverdue && this.#givenUp > 1) return await this.#giveUp(event, 'the far end accepts nothing');
    const delivery = await this.#sink.deliver(event, signal);
    if (signal.aborted && delivery.outcome === 'failed') return false;
    switch (delivery.outcome) {
      case 'delivered':
        this.#health.accepted();
        this.#hasHeld = true;
        this.#givenUp = 0;
        return this.#done(event, 'delivered');
      case 'skipped':
        return this.#done(event, 'skipped');
      case 'refused':
        this.#hasHeld = true;
        this.#givenUp = 0;
        await this.#addDeadLetter(event, delivery.reason);
        this.#health.refused(delivery.reason);
        return this.#done(event, 'dead_letter');
      case 'failed':
        if (this.#isOverdue(event)) {
          this.#noteFailure(delivery);
          return await this.#giveUp(event, delivery.reason);
        }
        await this.#fail(delivery, signal);
        return false;
    }
  }

  /** Whether an event is older than the sink allows, from its publication or our start, whichever came later. */
  #isOverdue({ publishedAt }: SpotterEvent): boolean {
    const { giveUpMs } = this.#sink;
    // A machine that gets the time only after its start must not make every queued event look a day old.
    if (giveUpMs === null || this.#clock.steadyMs() - this.#startedAtMs < giveUpMs) return false;
    return this.#clock.nowMs() - Date.parse(publishedAt) >= giveUpMs;
  }

  async #giveUp(event: SpotterEvent, reason: string): Promise<boolean> {
    this.#givenUp++;
    const seconds = Math.round((this.#sink.giveUpMs ?? 0) / 1000);
    await this.#addDeadLetter(event, `not accepted within ${seconds} s; last failure: ${reason}`);
    return this.#done(event, 'dead_letter');
  }

  async #addDeadLetter({ seq }: SpotterEvent, reason: string): Promise<void> {
    const { deadLetters, log } = this.#options;
    const at = new Date(this.#clock.nowMs()).toISOString();
    try {
      await deadLetters.add({ sink: this.name, seq, reason, at });
      this.#outage.deadLetter(seq, reason);
    } catch (error) {
      log.warn(`cannot store dead letter ${seq} (${describeError(error)}): ${reason}`);
    }
  }

  #done({ seq }: SpotterEvent, outcome: 'delivered' | 'dead_letter' | 'skipped'): true {
    this.#cursor.advance(seq);
    if (outcome !== 'skipped') this.#mustNote = true;
    this.#tally.count(outcome, this.#clock.nowMs());
    this.#options.observer.onEvent(this.name, outcome);
    if (outcome !== 'skipped') this.#outage.count(outcome === 'dead_letter');
    return true;
  }

  #noteFailure({ reason, isRejection }: Failure): void {
    this.#health.failed(reason, isRejection);
    this.#outage.begin(`delivery failed, retrying: ${reason}`);
  }

  async #fail(failure: Failure, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { retryAfterMs = 0 } = failure;
    this.#noteFailure(failure);
    if (this.#stopping) return this.#abort.abort();
    this.#options.observer.onRetry(this.name);
    const waitMs = this.#backoff.next(this.#hasHeld ? BACKOFF.healthyMs : 0);
    this.#hasHeld = false;
    await this.#clock.wait(Math.max(waitMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS)), signal);
  }
}
