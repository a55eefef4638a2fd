import { describeError } from '../../core/errors.js';
import type { SpotterEvent } from '../event.js';
import type { BrokerConnection } from './broker.js';
import { TOO_LARGE } from './brokerAnswer.js';
import { publishOn } from './publishOn.js';
import type { Delivery } from './sink.js';
import type { TopicAccess } from './topicAccess.js';
import type { TopicFamilies, Topics } from './topics.js';

/** Publishes each event on its topics: once on each, however often the whole has to be tried. */
export class EventPublisher {
  readonly #topics: Topics;
  readonly #families: TopicFamilies;
  readonly #access: TopicAccess;
  /** The topics on which the last event has been accepted. */
  #progress: { id: string; accepted: Set<string> } = { id: '', accepted: new Set() };

  constructor(topics: Topics, families: TopicFamilies, access: TopicAccess) {
    this.#topics = topics;
    this.#families = families;
    this.#access = access;
  }

  /** Makes one attempt with what is left of an event. Never rejects. */
  async publish(event: SpotterEvent, connection: BrokerConnection): Promise<Delivery> {
    const topics = this.#topicsOf(event);
    if (topics.length === 0) return { outcome: 'skipped' };
    if (this.#progress.id !== event.id) this.#progress = { id: event.id, accepted: new Set() };
    const { accepted } = this.#progress;
    const payload = JSON.stringify({ type: 'event', ...event });
    // Those with strikes are last, so that the others do not wait for them.
    const left = topics
      .filter((topic) => !accepted.has(topic))
      .sort((a, b) => this.#access.strikesOf(a) - this.#access.strikesOf(b));
    // One topic after another: a broker that waits for our TCP acknowledgement before its second small answer (Nagle) gets it
    // with the next message instead of 40 ms later.
    let isTooLarge = false;
    for (const topic of left) {
      if (this.#access.isSkipped(topic)) continue;
      try {
        const refusal = await publishOn(connection, this.#access, { topic, payload, isRetained: false });
        if (refusal === null) accepted.add(topic);
        else if (refusal.code === TOO_LARGE) isTooLarge = true;
        else if (!this.#access.isSkipped(topic)) return { outcome: 'failed', reason: refusal.message };
      } catch (error) {
        return { outcome: 'failed', reason: `${describeError(error)} at a message to ${topic}` };
      }
    }
    if (accepted.size > 0) return { outcome: 'delivered' };
    if (isTooLarge)
      return {
        outcome: 'refused',
        reason: `the broker accepts no message of ${Buffer.byteLength(payload)} bytes; raise its limit, or set events.explain: false`,
      };
    return { outcome: 'refused', reason: `the broker allows none of the topics ${topics.join(', ')}` };
  }

  #topicsOf({ kind, camera, person }: SpotterEvent): string[] {
    const { events, cameraEvents, matches } = this.#families;
    const topics: string[] = [];
    if (events) topics.push(this.#topics.events);
    if (cameraEvents) topics.push(this.#topics.camera(camera, 'events'));
    if (matches && kind === 'match' && person !== null) topics.push(this.#topics.matches(person));
    if (matches && kind === 'unknown') topics.push(this.#topics.matches('unknown'));
    return topics;
  }
}
