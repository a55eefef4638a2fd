import { describeError } from '../../core/errors.js';
import type { SpotterEvent } from '../event.js';
import { BrokerConnection } from './broker.js';
import { Discovery } from './discovery.js';
import { type RetainedState, retainedMessages } from './retained.js';
import type { Delivery, Failure, Sink } from './sink.js';
import { Takeovers } from './takeovers.js';
import { retainedFilters, Topics } from './topics.js';

/** The `mqtt` section of the configuration, the installation's id, and the state to retain. */
export interface MqttOptions {
  /** mqtt:// or mqtts://, with or without a login. */
  url: string;
  /** Prefix of every topic. */
  topic: string;
  /** Whether to announce people and cameras to Home Assistant, and under which prefix. */
  discovery: boolean;
  discoveryPrefix: string;
  /** Unique to this installation, and the same after a restart. */
  installation: string;
  version: string;
  /** The current state; read again after every {@link MqttSink.refresh}. */
  retainedState: () => RetainedState;
}

/** Retained messages in flight at once. */
const WINDOW = 100;
/** Limit for each step of closing, whatever the broker does. */
const DRAIN_MS = 300;
/** Wait before the next connection when another client takes over each of them, ms. */
const TAKEOVER_PAUSE_MS = 30_000;
/** Limit for {@link MqttSink.settled}. */
const SETTLED_MS = 500;
/** Most topics tracked while the broker lists what it retains. */
const MAX_STRAY = 10_000;

/** Publishes events to a broker, and keeps its retained messages about people and cameras up to date. */
export class MqttSink implements Sink {
  readonly name = 'mqtt';
  /** The broker accepts all events or none, so no event becomes a dead letter. */
  readonly giveUpMs = null;
  readonly #options: MqttOptions;
  readonly #topics: Topics;
  readonly #discovery: Discovery;
  #connection: BrokerConnection | null = null;
  readonly #takeovers = new Takeovers();
  /** Payloads that the broker retains for us, by topic; null where the payload is unknown. */
  readonly #retained = new Map<string, string | null>();
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

  /** Connects, announces that we are online, and corrects what the broker retains. */
  async open(signal: AbortSignal, onClosed: () => void): Promise<Failure | null> {
    const { url, installation } = this.#options;
    const will = { topic: this.#topics.available, payload: 'offline' };
    let connection: BrokerConnection | undefined;
    // A broker may accept the connection and then stay silent.
    const abandon = () => void connection?.end();
    const clientId = `spotter-${installation}`;
    if (this.#takeovers.takeSuspicion())
      return { outcome: 'failed', reason: takenOver(clientId), retryAfterMs: TAKEOVER_PAUSE_MS };
    try {
      const openedAtMs = performance.now();
      connection = await BrokerConnection.connect({ url, clientId, will }, signal, () => {
        if (!signal.aborted) this.#takeovers.ended(performance.now() - openedAtMs);
        onClosed();
      });
      signal.addEventListener('abort', abandon, { once: true });
      if (signal.aborted) throw new Error('spotter is stopping');
      await this.#begin(connection);
      this.#connection = connection;
      this.refresh();
      return null;
    } catch (error) {
      if (!connection) this.#takeovers.refused();
      await connection?.end();
      return { outcome: 'failed', reason: describeError(error) };
    } finally {
      signal.removeEventListener('abort', abandon);
    }
  }

  async deliver(event: SpotterEvent, signal: AbortSignal): Promise<Delivery> {
    const connection = this.#connection;
    if (signal.aborted || !connection?.isOpen)
      return { outcome: 'failed', reason: 'the connection to the broker was lost' };
    const payload = JSON.stringify({ type: 'event', ...event });
    const sent = this.#send(connection, this.#topicsOf(event), payload);
    return new Promise((resolve) => {
      const fail = (reason: string) => resolve({ outcome: 'failed', reason });
      const stop = () => fail('spotter is stopping');
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
   * One topic after another: a broker that waits for our TCP acknowledgement before its second small answer (Nagle) gets it
   * with the next message instead of 40 ms later.
   */
  async #send(connection: BrokerConnection, topics: readonly string[], payload: string): Promise<void> {
    for (const topic of topics) await connection.publish(topic, payload, false);
  }

  /** Publishes what has changed in the retained state. Never fails. */
  refresh(): void {
    // Topics that are being removed must not be published again.
    if (this.#isRetired) return;
    this.#isStale = true;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
  }

  /** Makes {@link close} remove everything that the broker retains for us. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Resolves when the broker has acknowledged the last {@link refresh}, or after 500 ms. */
  async settled(): Promise<void> {
    await within(SETTLED_MS, this.#refreshing);
  }

  /** Call when these topics were removed over another connection; those still wanted are published again. */
  noteTakenBack(topics: readonly string[]): void {
    for (const topic of topics) this.#retained.delete(topic);
    this.refresh();
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    if (connection?.isOpen) {
      await within(DRAIN_MS, this.#refreshing);
      const gone = this.#isRetired
        ? [...this.#retained.keys()].map((topic) => connection.publish(topic, '', true))
        : [];
      const farewell = connection.publish(this.#topics.available, this.#isRetired ? '' : 'offline', true);
      await within(DRAIN_MS, Promise.all([...gone, farewell]));
    }
    this.#connection = null;
    await connection?.end();
  }

  async #begin(connection: BrokerConnection): Promise<void> {
    this.#retained.clear();
    const { people, cameras } = retainedFilters(this.#topics);
    await connection.watchRetained([...people, ...cameras, this.#discovery.filter], (topic) => {
      if (this.#retained.has(topic) || this.#retained.size >= MAX_STRAY) return;
      this.#retained.set(topic, null);
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
        await this.#correct(connection);
      } catch {
        // The connection is gone; the next one publishes everything again.
        return;
      }
    }
  }

  /** Publishes what differs from what the broker retains, and removes what is no longer wanted. */
  async #correct(connection: BrokerConnection): Promise<void> {
    const retainedState = this.#options.retainedState();
    const wanted = retainedMessages(
      retainedState,
      this.#topics,
      this.#options.discovery ? this.#discovery : null,
    );
    const changes: [topic: string, payload: string][] = [];
    for (const [topic, payload] of wanted)
      if (payload !== null && this.#retained.get(topic) !== payload) changes.push([topic, payload]);
    for (const topic of this.#retained.keys())
      if (!wanted.has(topic) && (retainedState.people !== null || !this.#isOfPerson(topic)))
        changes.push([topic, '']);
    for (let index = 0; index < changes.length; index += WINDOW) {
      const window = changes.slice(index, index + WINDOW);
      for (const [topic, payload] of window) {
        if (payload === '') this.#retained.delete(topic);
        else this.#retained.set(topic, payload);
      }
      await Promise.all(window.map(([topic, payload]) => connection.publish(topic, payload, true)));
    }
  }

  /** Topics of people stay until the gallery has been read: before that, nobody can be missing from it. */
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

/** Waits for a promise with a time limit; ignores its failure. */
async function within(ms: number, promise: Promise<unknown> | null): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise?.catch(() => {}), late]);
  clearTimeout(timer);
}

function takenOver(clientId: string): string {
  return `the broker ends each connection soon after its start; if another spotter runs with a copy of the data folder, both use the client id ${clientId}: stop one, delete the file "installation" in its data folder, and start it again`;
}
