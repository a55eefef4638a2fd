import { describeError } from '../../core/errors.js';
import type { SpotterEvent } from '../event.js';
import type { BrokerConnection } from './broker.js';
import { TOO_LARGE } from './brokerAnswer.js';
import type { FrigateShape } from './frigate.js';
import { type OutgoingMessage, publishOn } from './publishOn.js';
import type { Delivery } from './sink.js';
import type { TopicAccess } from './topicAccess.js';
import type { TopicFamilies, Topics } from './topics.js';

/** The picture of a face, and how long it may be kept. */
export interface FacePicture {
  jpeg: Uint8Array;
  keepSeconds: number;
}

/** Where events go, and what of them. */
export interface EventPublisherOptions {
  topics: Topics;
  families: TopicFamilies;
  access: TopicAccess;
  /** null: nothing is published in the shape of Frigate. */
  frigate: FrigateShape | null;
  /** The picture of an event's face, where the family `faces` is published; null when there is none. Never rejects. */
  faceOf: (event: SpotterEvent) => Promise<FacePicture | null>;
}

/** Publishes each event on its topics: once on each, however often the whole has to be tried. */
export class EventPublisher {
  readonly #options: EventPublisherOptions;
  /** The messages of the last event, and those that have been accepted. */
  #progress: { id: string; messages: readonly OutgoingMessage[]; accepted: Set<OutgoingMessage> } = {
    id: '',
    messages: [],
    accepted: new Set(),
  };

  constructor(options: EventPublisherOptions) {
    this.#options = options;
  }

  /** Makes one attempt with what is left of an event. Never rejects. */
  async publish(event: SpotterEvent, connection: BrokerConnection): Promise<Delivery> {
    const { access } = this.#options;
    if (this.#progress.id !== event.id) {
      const messages = await this.#messagesOf(event);
      this.#progress = { id: event.id, messages, accepted: new Set() };
    }
    const { messages, accepted } = this.#progress;
    if (messages.length === 0) return { outcome: 'skipped' };
    // Those with strikes are last, so that the others do not wait for them.
    const left = messages
      .filter((message) => !accepted.has(message))
      .sort((a, b) => access.strikesOf(a.topic) - access.strikesOf(b.topic));
    // One topic after another: a broker that waits for our TCP acknowledgement before its second small answer (Nagle) gets it
    // with the next message instead of 40 ms later.
    let tooLarge: OutgoingMessage | null = null;
    for (const message of left) {
      const { topic } = message;
      if (access.isSkipped(topic)) continue;
      try {
        const refusal = await publishOn(connection, access, message);
        if (refusal === null) accepted.add(message);
        else if (refusal.code === TOO_LARGE) tooLarge = message;
        else if (!access.isSkipped(topic)) return { outcome: 'failed', reason: refusal.message };
      } catch (error) {
        return { outcome: 'failed', reason: `${describeError(error)} at a message to ${topic}` };
      }
    }
    if (accepted.size > 0) return { outcome: 'delivered' };
    if (tooLarge !== null)
      return {
        outcome: 'refused',
        reason: `the broker accepts no message of ${Buffer.byteLength(tooLarge.payload)} bytes; raise its limit, or set events.explain: false`,
      };
    const topics = [...new Set(messages.map(({ topic }) => topic))];
    return { outcome: 'refused', reason: `the broker allows none of the topics ${topics.join(', ')}` };
  }

  async #messagesOf(event: SpotterEvent): Promise<OutgoingMessage[]> {
    const { topics, families, frigate, faceOf } = this.#options;
    const payload = JSON.stringify({ type: 'event', ...event });
    const messages: OutgoingMessage[] = this.#topicsOf(event).map((topic) => ({
      topic,
      payload,
      isRetained: false,
    }));
    for (const message of frigate?.messagesOf(event) ?? []) messages.push({ ...message, isRetained: false });
    const face = families.faces && event.snapshot !== null ? await faceOf(event) : null;
    if (face) {
      const { jpeg: payload, keepSeconds } = face;
      messages.push({ topic: topics.camera(event.camera, 'face'), payload, isRetained: true, keepSeconds });
    }
    return messages;
  }

  #topicsOf({ kind, camera, person }: SpotterEvent): string[] {
    const { topics: names, families } = this.#options;
    const topics: string[] = [];
    if (families.events) topics.push(names.events);
    if (families.cameraEvents) topics.push(names.camera(camera, 'events'));
    if (families.matches && kind === 'match' && person !== null) topics.push(names.matches(person));
    if (families.matches && kind === 'unknown') topics.push(names.matches('unknown'));
    return topics;
  }
}
