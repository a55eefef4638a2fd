import { setImmediate as nextTurn } from 'node:timers/promises';
import { Backoff } from '../../core/backoff.js';
import { describeError } from '../../core/errors.js';
import type { Component } from '../../core/lifecycle.js';
import type { SpotterEvent } from '../event.js';
import { Cursor } from './cursor.js';
import type { CursorStore, DeadLetterStore, EventSource } from './port.js';
import type { Clock, Failure, Sink, SinkLog, SinkObserver } from './sink.js';
import { systemClock } from './systemClock.js';
import { Trouble } from './troubleLog.js';

export interface SinkDriverOptions {
  sink: Sink;
  source: EventSource;
  cursors: CursorStore;
  deadLetters: DeadLetterStore;
  log: SinkLog;
  observer: SinkObserver;
  clock?: Clock;
}

const PAGE = 100;
/** `healthyMs` of 1: whatever was delivered since the last failure starts the waits anew. */
const BACKOFF = { firstMs: 1000, maxMs: 60_000, healthyMs: 1 };
/** What a far end asks for is heard up to this. */
const MAX_RETRY_AFTER_MS = 600_000;
/** What waits when the daemon ends may still go, to a far end that takes it, within this. */
const STOP_GRACE_MS = 700;

/**
 * Hands the events of the log to one sink, in order, from its cursor on. An event counts as done after its delivery, so
 * that the far end gets it at least once, and twice at most around a crash.
 */
export class SinkDriver implements Component {
  readonly #options: SinkDriverOptions;
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #cursor: Cursor;
  readonly #trouble: Trouble;
  readonly #backoff = new Backoff(BACKOFF);
  readonly #abort = new AbortController();
  /** Steady time. */
  #startedAtMs = 0;
  #running: Promise<void> | null = null;
  #hasBegun = false;
  #stopping = false;
  /** The last failure was not the far end's. */
  #isLogBroken = false;
  /** The last attempt went well, or there was none and none is needed. */
  #isWell = true;
  /** Something was delivered since the last failure. */
  #hasHeld = false;
  /** Events of the page in hand may be gone from the log. */
  #isPageStale = false;
  /** Events given up one after another. */
  #givenUp = 0;
  #wake = () => {};
  #unsubscribe = () => {};

  constructor(options: SinkDriverOptions) {
    this.#options = options;
    this.#sink = options.sink;
    this.#clock = options.clock ?? systemClock;
    this.#cursor = new Cursor(options.sink.name, options.cursors, options.log);
    this.#trouble = new Trouble(options.log, this.#clock);
  }

  get name(): string {
    return this.#sink.name;
  }

  /** false while the far end takes nothing. */
  get isUp(): boolean {
    return this.#isWell && this.#sink.isOpen;
  }

  /** How many events of the log are still to come; some of them may not exist any more. */
  get lag(): number {
    return !this.#hasBegun ? 0 : Math.max(0, this.#options.source.lastSeq - this.#cursor.seq);
  }

  /** Begins; does not wait for the far end. */
  async start(): Promise<void> {
    this.#startedAtMs = this.#clock.steadyMs();
    this.#unsubscribe = this.#options.source.onCommitted(() => this.#wake());
    this.#running = this.#run();
  }

  /** Resolves within two seconds, whatever the far end does; what is left is delivered after the next start. */
  async stop(): Promise<void> {
    if (this.#running === null) return;
    this.#stopping = true;
    this.#wake();
    if (!this.isUp) this.#abort.abort();
    const timer = setTimeout(() => this.#abort.abort(), STOP_GRACE_MS);
    await this.#running;
    clearTimeout(timer);
    this.#unsubscribe();
    this.#cursor.flush();
    await this.#sink.close();
    this.#running = null;
  }

  /** To be called when events were erased: those that were read ahead are read again before any more is delivered. */
  reread(): void {
    this.#isPageStale = true;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        if (await this.#step(signal)) return;
      } catch (error) {
        // The log itself cannot be read, or a fault of ours: the daemon runs on.
        this.#isLogBroken = true;
        await this.#fail({ outcome: 'failed', reason: describeError(error) }, signal);
      }
    }
  }

  /** Opens, delivers a page, or waits for news. @returns whether it is time to end */
  async #step(signal: AbortSignal): Promise<boolean> {
    const { source } = this.#options;
    if (!this.#hasBegun) this.#cursor.begin(source.lastSeq);
    this.#hasBegun = true;
    if (!this.#sink.isOpen) {
      if (this.#stopping) return true;
      const failure = await this.#sink.open(signal, () => this.#wake());
      if (failure) await this.#fail(failure, signal);
      else this.#isWell = true;
      return false;
    }
    if (source.lastSeq < this.#cursor.seq) {
      this.#options.log.warn('the event log is another one than before; beginning at its start');
      this.#cursor.moveTo(0);
    }
    const page = source.after(this.#cursor.seq, PAGE);
    this.#isPageStale = false;
    if (this.#isLogBroken) this.#isWell = true;
    this.#isLogBroken = false;
    if (page.length === 0) {
      if (this.#stopping) return true;
      if (this.#isWell) this.#trouble.end();
      await this.#untilWoken();
      return false;
    }
    // One of each page is tried, in case the far end is back.
    this.#givenUp = Math.min(this.#givenUp, 1);
    for (const event of page) {
      if (signal.aborted || this.#isPageStale) return false;
      if (!(await this.#settle(event, signal))) return false;
    }
    // Pages in which nothing is for this sink would otherwise keep everybody else waiting.
    await nextTurn();
    return false;
  }

  /** Waits until something has been committed, the sink was closed, or the end is near. */
  #untilWoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Tries once. @returns whether the sink is done with the event */
  async #settle(event: SpotterEvent, signal: AbortSignal): Promise<boolean> {
    const isOverdue = this.#isOverdue(event);
    // When the next one after a dead letter was not taken either, the far end is to blame and not the events: those that
    // have waited too long go without an attempt each, or they would never be through.
    if (isOverdue && this.#givenUp > 1) return this.#giveUp(event, 'the far end takes nothing');
    const delivery = await this.#sink.deliver(event, signal);
    if (signal.aborted && delivery.outcome === 'failed') return false;
    switch (delivery.outcome) {
      case 'delivered':
        this.#isWell = true;
        this.#hasHeld = true;
        this.#givenUp = 0;
        return this.#done(event, 'delivered');
      case 'skipped':
        return this.#done(event, 'skipped');
      case 'refused':
        this.#isWell = true;
        this.#hasHeld = true;
        this.#givenUp = 0;
        this.#trouble.begin(`an event is not taken and becomes a dead letter: ${delivery.reason}`);
        this.#bury(event, delivery.reason);
        return this.#done(event, 'dead_letter');
      case 'failed':
        if (this.#isOverdue(event)) {
          this.#noteFailure(delivery.reason);
          return this.#giveUp(event, delivery.reason);
        }
        await this.#fail(delivery, signal);
        return false;
    }
  }

  /** Waited for longer than the sink allows, since it was told or since we began, whichever came later. */
  #isOverdue({ publishedAt }: SpotterEvent): boolean {
    const { giveUpMs } = this.#sink;
    // A machine that learns the time only after its start must not make everything that waits look a day old.
    if (giveUpMs === null || this.#clock.steadyMs() - this.#startedAtMs < giveUpMs) return false;
    return this.#clock.nowMs() - Date.parse(publishedAt) >= giveUpMs;
  }

  #giveUp(event: SpotterEvent, reason: string): boolean {
    this.#givenUp++;
    const seconds = Math.round((this.#sink.giveUpMs ?? 0) / 1000);
    this.#bury(event, `not taken for ${seconds} s; at last: ${reason}`);
    return this.#done(event, 'dead_letter');
  }

  #bury({ seq }: SpotterEvent, reason: string): void {
    const { deadLetters, log } = this.#options;
    const at = new Date(this.#clock.nowMs()).toISOString();
    try {
      deadLetters.add({ sink: this.name, seq, reason, at });
    } catch (error) {
      log.warn(`dead letter ${seq} cannot be kept (${describeError(error)}): ${reason}`);
    }
  }

  #done({ seq }: SpotterEvent, outcome: 'delivered' | 'dead_letter' | 'skipped'): true {
    this.#cursor.advance(seq);
    this.#options.observer.onEvent(this.name, outcome);
    if (outcome !== 'skipped') this.#trouble.count(outcome === 'dead_letter');
    return true;
  }

  #noteFailure(reason: string): void {
    this.#isWell = false;
    this.#trouble.begin(`not delivered, tried again until it is: ${reason}`);
  }

  async #fail({ reason, retryAfterMs = 0 }: Failure, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#noteFailure(reason);
    if (this.#stopping) return this.#abort.abort();
    this.#options.observer.onRetry(this.name);
    const waitMs = this.#backoff.next(this.#hasHeld ? BACKOFF.healthyMs : 0);
    this.#hasHeld = false;
    await this.#clock.wait(Math.max(waitMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS)), signal);
  }
}
