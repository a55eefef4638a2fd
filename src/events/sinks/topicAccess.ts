import { type Closing, isFinal, isOfConnection, isOfMessage, type Request } from './brokerAnswer.js';
import type { Clock, SinkLog } from './sink.js';

/** Times that a broker may close the connection at a topic before the topic is skipped. */
const STRIKES = 3;
/** A connection that ends later than this after a message was sent was not closed because of it, ms. */
const SOON_MS = 5000;
/** A topic that was skipped for this long is tried again, ms. */
const SKIP_MS = 3_600_000;

/** Names of topics, log and clock for {@link TopicAccess}. */
export interface TopicAccessOptions {
  /** The pattern of the topics that a broker allows or denies together, such as `spotter/matches/+`. */
  familyOf: (topic: string) => string;
  /** How the topics of a family are switched off, such as `mqtt.topics.matches: false`. */
  switchOf: (topic: string) => string;
  log: SinkLog;
  clock: Clock;
}

/**
 * Finds the topics that a broker does not allow: those that it refuses, and those at which it closes the connection. They are
 * skipped, so that everything else is delivered, and tried again after an hour.
 */
export class TopicAccess {
  readonly #options: TopicAccessOptions;
  /** Until when a topic or a family is skipped; steady time. Stays until it is accepted: the next strike suffices then. */
  readonly #skipped = new Map<string, number>();
  readonly #strikes = new Map<string, number>();
  readonly #allowedFamilies = new Set<string>();
  #isCareful = false;
  #hasRetained = false;
  /** The topic at which retained messages as such were suspected, once; null before, empty when that was right. */
  #suspect: string | null = null;

  constructor(options: TopicAccessOptions) {
    this.#options = options;
  }

  /** Whether one request must be answered before the next is sent, to find the one at which the broker closes the connection. */
  get isCareful(): boolean {
    return this.#isCareful;
  }

  /** Whether to leave out messages to a topic. */
  isSkipped(topic: string): boolean {
    return this.#isSkipped(topic) || this.#isSkipped(this.#options.familyOf(topic));
  }

  /** Whether to leave out the subscription to a filter. */
  isFilterSkipped(filter: string): boolean {
    return this.#isSkipped(keyOf({ kind: 'subscribe', topic: filter }));
  }

  /** Number of refusals and closed connections at a topic since the broker has last accepted it. */
  strikesOf(topic: string): number {
    return this.#strikes.get(topic) ?? 0;
  }

  /** The same for the subscription to a filter. */
  strikesOfFilter(filter: string): number {
    return this.strikesOf(keyOf({ kind: 'subscribe', topic: filter }));
  }

  /** The broker has accepted a message. @param isRetained whether it was a retained one */
  accepted(topic: string, isRetained: boolean): void {
    this.#strikes.delete(topic);
    for (const key of [topic, this.#options.familyOf(topic)])
      if (this.#skipped.delete(key)) this.#options.log.info(`the broker accepts messages to ${key} again`);
    if (this.#suspect === topic) this.#suspect = '';
    this.#allowedFamilies.add(this.#options.familyOf(topic));
    this.#hasRetained ||= isRetained;
  }

  /** The broker has refused a message, with a code that may mean its topic or something else. @param code reason code of MQTT 5 */
  refused(topic: string, code: number | null): void {
    if (isOfMessage(code)) return;
    this.#strike({ kind: 'publish', topic, isRetained: false, sentAtMs: 0 }, isFinal(code), false);
  }

  /**
   * A connection has ended.
   *
   * @returns whether what was sent last is to blame; and whether retained messages as such are suspected, or no longer
   */
  closed({ isOurs, code, hasAnswered, unanswered }: Closing): {
    isBlamed: boolean;
    retain: 'suspected' | 'cleared' | null;
  } {
    const nothing = { isBlamed: false, retain: null };
    const nowMs = this.#options.clock.steadyMs();
    const soon = unanswered.filter(({ sentAtMs }) => nowMs - sentAtMs < SOON_MS);
    if (isOurs || isOfConnection(code) || soon.length === 0) return nothing;
    const [only] = soon;
    if (soon.length > 1) {
      this.#isCareful = true;
      return { ...nothing, isBlamed: true };
    }
    // A broker that answers nothing is faulty, and will accept everything when it is back. Next time, the request is the last one.
    if (!hasAnswered && !isFinal(code)) {
      this.#strikes.set(keyOf(only), Math.max(1, this.strikesOf(keyOf(only))));
      return { ...nothing, isBlamed: true };
    }
    const isSuspected =
      only.isRetained &&
      !this.#hasRetained &&
      this.#suspect === null &&
      !isFinal(code) &&
      this.strikesOf(keyOf(only)) + 1 >= STRIKES;
    if (isSuspected) {
      // One more strike, without retain, and it was the topic after all.
      this.#suspect = only.topic;
      return { isBlamed: true, retain: 'suspected' };
    }
    this.#strike(only, isFinal(code), true);
    if (this.#suspect !== only.topic) return { ...nothing, isBlamed: true };
    this.#suspect = '';
    return { isBlamed: true, retain: 'cleared' };
  }

  /** A connection has held for long, so the next one need not be careful. */
  held(): void {
    this.#isCareful = false;
  }

  #isSkipped(key: string): boolean {
    return (this.#skipped.get(key) ?? Number.NEGATIVE_INFINITY) > this.#options.clock.steadyMs();
  }

  #strike(request: Request, isCertain: boolean, hasClosed: boolean): void {
    const key = keyOf(request);
    const strikes = (this.#strikes.get(key) ?? 0) + 1;
    this.#strikes.set(key, strikes);
    if (request.kind === 'subscribe') {
      if (isCertain || strikes >= STRIKES || this.#skipped.has(key)) this.#skip(key);
      return;
    }
    const { familyOf, switchOf, log } = this.#options;
    const family = familyOf(request.topic);
    const isSibling = family !== request.topic && this.#hasSkippedOf(family, request.topic);
    const isWholeFamily = isSibling && !this.#allowedFamilies.has(family);
    const skipped = isWholeFamily ? family : request.topic;
    if (!isCertain && strikes < STRIKES && !isWholeFamily && !this.#skipped.has(skipped)) return;
    const isNew = !this.#skipped.has(skipped);
    this.#skip(skipped);
    if (!isNew) return;
    const how = hasClosed ? 'closes the connection at each message to' : 'does not allow messages to';
    log.warn(
      `the broker ${how} ${skipped}, so nothing more is sent there for an hour; allow it in the access rules of the broker, or set ${switchOf(request.topic)}`,
    );
  }

  #skip(key: string): void {
    this.#skipped.set(key, this.#options.clock.steadyMs() + SKIP_MS);
    this.#strikes.delete(key);
  }

  #hasSkippedOf(family: string, topic: string): boolean {
    const { familyOf } = this.#options;
    return [...this.#skipped.keys()].some((key) => key !== topic && familyOf(key) === family);
  }
}

function keyOf({ kind, topic }: Pick<Request, 'kind' | 'topic'>): string {
  return kind === 'publish' ? topic : `filter ${topic}`;
}
