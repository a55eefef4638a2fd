import { describeError } from '../../core/errors.js';
import type { SpotterEvent } from '../event.js';
import { BrokerConnection } from './broker.js';
import { Discovery } from './discovery.js';
import { type RetainedState, retainedMessages } from './retained.js';
import type { Delivery, Failure, Sink } from './sink.js';
import { retainedFilters, Topics } from './topics.js';

export interface MqttOptions {
  /** mqtt:// or mqtts://, with or without a login. */
  url: string;
  /** What every topic begins with. */
  topic: string;
  /** Whether to announce everything to Home Assistant, and under which prefix. */
  discovery: boolean;
  discoveryPrefix: string;
  /** Unique to this installation, and the same after a restart. */
  installation: string;
  version: string;
  /** What is known now; asked again after every {@link MqttSink.refresh}. */
  retainedState: () => RetainedState;
}

/** Retained messages that are on their way at once. */
const WINDOW = 100;
/** Whatever the broker does, the last words take no longer. */
const DRAIN_MS = 300;
const SETTLED_MS = 500;
/** Of retained messages that are nobody's any more, so many are remembered. */
const MAX_STRAY = 10_000;

/** Tells a broker of events, and keeps there who is where now. */
export class MqttSink implements Sink {
  readonly name = 'mqtt';
  /** The broker takes all or nothing: no single event is to blame. */
  readonly giveUpMs = null;
  readonly #options: MqttOptions;
  readonly #topics: Topics;
  readonly #discovery: Discovery;
  #connection: BrokerConnection | null = null;
  /** What the broker keeps for us, by topic; null where we do not know what it says. */
  readonly #kept = new Map<string, string | null>();
  #refreshing: Promise<void> | null = null;
  #isStale = false;
  #isRetired = false;

  constructor(options: MqttOptions) {
    this.#options = options;
    this.#topics = new Topics(options.topic);
    const { discoveryPrefix: prefix, installation, version } = options;
    this.#discovery = new Discovery({ prefix, installation, version, topics: this.#topics });
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  /** Connects, says that we are there, and puts right what the broker keeps. */
  async open(signal: AbortSignal, onClosed: () => void): Promise<Failure | null> {
    const { url, installation } = this.#options;
    const will = { topic: this.#topics.available, payload: 'offline' };
    let connection: BrokerConnection | undefined;
    // A broker may take the connection and then say nothing.
    const abandon = () => void connection?.end();
    try {
      const clientId = `spotter-${installation}`;
      connection = await BrokerConnection.connect({ url, clientId, will }, signal, onClosed);
      signal.addEventListener('abort', abandon, { once: true });
      if (signal.aborted) throw new Error('spotter ends');
      await this.#begin(connection);
      this.#connection = connection;
      this.refresh();
      return null;
    } catch (error) {
      await connection?.end();
      return { outcome: 'failed', reason: describeError(error) };
    } finally {
      signal.removeEventListener('abort', abandon);
    }
  }

  async deliver(event: SpotterEvent, signal: AbortSignal): Promise<Delivery> {
    const connection = this.#connection;
    if (signal.aborted || !connection?.isOpen)
      return { outcome: 'failed', reason: 'the connection to the broker is lost' };
    const payload = JSON.stringify({ type: 'event', ...event });
    const sent = this.#send(connection, this.#topicsOf(event), payload);
    return new Promise((resolve) => {
      const fail = (reason: string) => resolve({ outcome: 'failed', reason });
      const stop = () => fail('spotter ends');
      signal.addEventListener('abort', stop, { once: true });
      sent
        .then(
          () => resolve({ outcome: 'delivered' }),
          (error) => fail(describeError(error)),
        )
        .finally(() => signal.removeEventListener('abort', stop));
    });
  }

  /**
   * One after the other: a broker that waits for our acknowledgement before it sends its second small answer (Nagle) gets
   * it with the next message, instead of 40 ms later by itself.
   */
  async #send(connection: BrokerConnection, topics: readonly string[], payload: string): Promise<void> {
    for (const topic of topics) await connection.publish(topic, payload, false);
  }

  /** Who is where, a camera or the gallery has changed: the broker is told the difference. Never fails. */
  refresh(): void {
    // What is taken back for good must not be told again meanwhile.
    if (this.#isRetired) return;
    this.#isStale = true;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
  }

  /** Closing will also take back everything that the broker keeps for us, for good. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Resolves when the broker keeps what {@link refresh} was called for; within half a second whatever the broker does. */
  async settled(): Promise<void> {
    await within(SETTLED_MS, this.#refreshing);
  }

  /** Somebody else has taken these topics back; those that are still wanted are published again. */
  noteTakenBack(topics: readonly string[]): void {
    for (const topic of topics) this.#kept.delete(topic);
    this.refresh();
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    if (connection?.isOpen) {
      await within(DRAIN_MS, this.#refreshing);
      const gone = this.#isRetired
        ? [...this.#kept.keys()].map((topic) => connection.publish(topic, '', true))
        : [];
      const farewell = connection.publish(this.#topics.available, this.#isRetired ? '' : 'offline', true);
      await within(DRAIN_MS, Promise.all([...gone, farewell]));
    }
    this.#connection = null;
    await connection?.end();
  }

  async #begin(connection: BrokerConnection): Promise<void> {
    this.#kept.clear();
    const { people, cameras } = retainedFilters(this.#topics);
    await connection.watchRetained([...people, ...cameras, this.#discovery.filter], (topic) => {
      if (this.#kept.has(topic) || this.#kept.size >= MAX_STRAY) return;
      this.#kept.set(topic, null);
      this.refresh();
    });
    await connection.publish(this.#topics.available, 'online', true);
  }

  async #refresh(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      const connection = this.#connection;
      if (!connection?.isOpen) return;
      try {
        await this.#putRight(connection);
      } catch {
        // The connection is gone; with the next one everything is told anew.
        return;
      }
    }
  }

  /** Publishes what differs from what the broker keeps, and takes back what is nobody's any more. */
  async #putRight(connection: BrokerConnection): Promise<void> {
    const retainedState = this.#options.retainedState();
    const wanted = retainedMessages(
      retainedState,
      this.#topics,
      this.#options.discovery ? this.#discovery : null,
    );
    const changes: [topic: string, payload: string][] = [];
    for (const [topic, payload] of wanted)
      if (payload !== null && this.#kept.get(topic) !== payload) changes.push([topic, payload]);
    for (const topic of this.#kept.keys())
      if (!wanted.has(topic) && (retainedState.people !== null || !this.#isOfPerson(topic)))
        changes.push([topic, '']);
    for (let index = 0; index < changes.length; index += WINDOW) {
      const window = changes.slice(index, index + WINDOW);
      for (const [topic, payload] of window) {
        if (payload === '') this.#kept.delete(topic);
        else this.#kept.set(topic, payload);
      }
      await Promise.all(window.map(([topic, payload]) => connection.publish(topic, payload, true)));
    }
  }

  /** Before the gallery has been read, nobody is known to be gone from it. */
  #isOfPerson(topic: string): boolean {
    return topic.startsWith(`${this.#topics.prefix}/people/`) || /\/person_[^/]*\/config$/.test(topic);
  }

  #topicsOf({ kind, camera, person }: SpotterEvent): string[] {
    const topics = [this.#topics.events, this.#topics.camera(camera, 'events')];
    if (kind === 'match' && person !== null) topics.push(this.#topics.matches(person));
    if (kind === 'unknown') topics.push(this.#topics.matches('unknown'));
    return topics;
  }
}

/** Waits for something, but not long, and does not mind when it fails. */
async function within(ms: number, promise: Promise<unknown> | null): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise?.catch(() => {}), late]);
  clearTimeout(timer);
}
