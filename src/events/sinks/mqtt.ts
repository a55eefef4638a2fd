import { describeError } from '../../core/errors.js';
import type { SpotterEvent } from '../event.js';
import { Birth } from './birth.js';
import { BrokerConnection, type Received } from './broker.js';
import type { Closing } from './brokerAnswer.js';
import { Discovery } from './discovery.js';
import { EventPublisher, type FacePicture } from './eventPublisher.js';
import { FrigateShape } from './frigate.js';
import { KnownTerms } from './knownTerms.js';
import { publishOn } from './publishOn.js';
import type { RetainedState } from './retained.js';
import { RetainedSync, within } from './retainedSync.js';
import type { Clock, Delivery, Failure, Sink, SinkLog } from './sink.js';
import { Subscriptions, wantedSubscriptions } from './subscriptions.js';
import { systemClock } from './systemClock.js';
import { Takeovers } from './takeovers.js';
import { TopicAccess } from './topicAccess.js';
import { ALL_FAMILIES, familyOf, switchOf, type TopicFamilies, Topics } from './topics.js';

/** Whether a broker may retain announcements of this installation. */
export interface Announced {
  readonly may: boolean;
  /** Stores it; must not throw. */
  note(may: boolean): void;
}

/** The `mqtt` section of the configuration, the installation's id, and the state to retain. */
export interface MqttOptions {
  /** mqtt:// or mqtts://, with or without a login. */
  url: string;
  /** Prefix of every topic. */
  topic: string;
  /** Which topics to publish to; by default all. */
  topics?: TopicFamilies;
  /** Whether to announce people and cameras to Home Assistant, and under which prefix. */
  discovery: boolean;
  discoveryPrefix: string;
  /** Whether to publish events in the shape of Frigate's too, and under which prefix; by default not, and below the other topics. */
  frigate?: boolean;
  frigateTopic?: string | null;
  /** The picture of an event's face; null, as by default, when there is none. Never rejects. */
  faceOf?: (event: SpotterEvent) => Promise<FacePicture | null>;
  /** Unique to this installation, and the same after a restart. */
  installation: string;
  version: string;
  /** Whether there may be announcements of an earlier run; by default there may. */
  announced?: Announced;
  /** The current state; read again after every {@link MqttSink.refresh}. */
  retainedState: () => RetainedState;
  /** By default nothing is logged. */
  log?: SinkLog;
  /** Wait from the birth of Home Assistant to the announcements, ms; by default that of {@link Birth}. */
  birthDelayMs?: () => number;
  /** By default the machine's. */
  clock?: Clock;
}

/** Limit for each step of closing, whatever the broker does. */
const DRAIN_MS = 300;
/** Wait before the next connection when another client takes over each of them, ms. */
const TAKEOVER_PAUSE_MS = 30_000;
/** A connection that has held for this long has no topic at which the broker closes it, ms. */
const HELD_MS = 60_000;
/** After this time a broker has listed all that it retains under a filter, ms. */
const LISTED_MS = 10_000;

/** Publishes events to a broker, and keeps its retained messages about people and cameras up to date. */
export class MqttSink implements Sink {
  readonly name = 'mqtt';
  /** Events wait for the broker as long as it takes. */
  readonly giveUpMs = null;
  readonly #options: MqttOptions;
  readonly #announced: Announced;
  readonly #known: KnownTerms;
  readonly #clock: Clock;
  readonly #families: TopicFamilies;
  readonly #topics: Topics;
  readonly #discovery: Discovery;
  readonly #takeovers = new Takeovers();
  readonly #access: TopicAccess;
  readonly #sync: RetainedSync;
  readonly #subscriptions: Subscriptions;
  readonly #birth: Birth;
  readonly #events: EventPublisher;
  #connection: BrokerConnection | null = null;
  #openedAtMs = 0;
  #hasListedAnnouncements = false;

  constructor(options: MqttOptions) {
    const {
      topic,
      topics: families = ALL_FAMILIES,
      discoveryPrefix: prefix,
      installation,
      version,
    } = options;
    const { announced = { may: true, note: () => {} }, log = { info: () => {}, warn: () => {} } } = options;
    this.#options = options;
    this.#announced = announced;
    this.#known = new KnownTerms(log);
    this.#clock = options.clock ?? systemClock;
    this.#families = families;
    const topics = new Topics(topic, options.frigateTopic ?? undefined);
    this.#topics = topics;
    this.#discovery = new Discovery({ prefix, installation, version, topics, families });
    this.#access = new TopicAccess({
      familyOf: (one) => familyOf(topics, one),
      switchOf: (one) => switchOf(topics, one),
      log,
      clock: this.#clock,
    });
    this.#sync = new RetainedSync({
      topics,
      families,
      access: this.#access,
      retainedState: options.retainedState,
      discovery: options.discovery ? this.#discovery : null,
      onAnnounced: () => {
        if (!announced.may) announced.note(true);
      },
    });
    this.#birth = new Birth(prefix, () => this.#sync.resend(), options.birthDelayMs);
    const wanted = wantedSubscriptions({
      topics,
      families,
      // Once there were announcements, they may have to be removed.
      announcements: options.discovery || announced.may ? this.#discovery.filter : null,
      birth: options.discovery ? this.#birth.topic : null,
    });
    this.#subscriptions = new Subscriptions(wanted, this.#access, log);
    this.#events = new EventPublisher({
      ...{ topics, families, access: this.#access },
      frigate: options.frigate ? new FrigateShape(topics) : null,
      faceOf: options.faceOf ?? (async () => null),
    });
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  /** Connects, announces that we are online, and corrects what the broker retains. */
  async open(signal: AbortSignal, onClosed: () => void): Promise<Failure | null> {
    const { url, installation } = this.#options;
    const will = this.#families.available ? { topic: this.#topics.available, payload: 'offline' } : null;
    let connection: BrokerConnection | undefined;
    // A broker may accept the connection and then stay silent.
    const abandon = () => void connection?.end();
    const clientId = `spotter-${installation}`;
    if (this.#takeovers.takeSuspicion())
      return { outcome: 'failed', reason: takenOver(clientId), retryAfterMs: TAKEOVER_PAUSE_MS };
    try {
      const options = { url, clientId, will, terms: this.#known.terms, isCareful: this.#access.isCareful };
      connection = await BrokerConnection.connect(options, signal, (closing) => {
        if (!signal.aborted) this.#ended(closing);
        onClosed();
      });
      this.#openedAtMs = this.#clock.steadyMs();
      signal.addEventListener('abort', abandon, { once: true });
      if (signal.aborted) throw new Error('spotter is stopping');
      this.#known.connected(connection.terms);
      await this.#begin(connection);
      this.#connection = connection;
      this.#sync.use(connection);
      return null;
    } catch (error) {
      if (!connection) {
        this.#takeovers.refused();
        this.#known.unreachable();
      }
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
    const delivering = this.#events.publish(event, connection);
    // So that it is removed with everything else.
    if (this.#families.faces && event.snapshot !== null)
      void delivering.then(() => this.#sync.noteStray(this.#topics.camera(event.camera, 'face')));
    return new Promise((resolve) => {
      const stop = () => resolve({ outcome: 'failed', reason: 'spotter is stopping' });
      signal.addEventListener('abort', stop, { once: true });
      void delivering.then(resolve).finally(() => signal.removeEventListener('abort', stop));
    });
  }

  /** Publishes what has changed in the retained state. Never fails. */
  refresh(): void {
    this.#sync.refresh();
  }

  /** Makes {@link close} remove everything that the broker retains for us. */
  retire(): void {
    this.#sync.retire();
  }

  /** Resolves when the broker has acknowledged the last {@link refresh}, or after 500 ms. */
  settled(): Promise<void> {
    return this.#sync.settled();
  }

  /** Call when these topics were removed over another connection; those still wanted are published again. */
  noteTakenBack(topics: readonly string[]): void {
    this.#sync.noteTakenBack(topics);
  }

  async close(isHandover = false): Promise<void> {
    this.#birth.stop();
    const connection = this.#connection;
    // Somebody else keeps what is retained: said to be away for a moment, people would leave and come back.
    if (connection?.isOpen && !isHandover) {
      this.#noteListed();
      await this.#sync.settled(DRAIN_MS);
      const isRetired = this.#sync.isRetired;
      const gone = isRetired ? this.#sync.topics.filter((topic) => !this.#access.isSkipped(topic)) : [];
      const lastState = this.#isAvailabilityShown
        ? connection.publish(this.#topics.available, isRetired ? '' : 'offline', true)
        : null;
      const removals = gone.map((topic) => connection.publish(topic, '', true));
      await within(DRAIN_MS, Promise.all([...removals, lastState]));
    }
    this.#connection = null;
    await connection?.end();
  }

  get #isAvailabilityShown(): boolean {
    return this.#families.available && !this.#access.isSkipped(this.#topics.available);
  }

  async #begin(connection: BrokerConnection): Promise<void> {
    this.#sync.begin();
    connection.onMessage((message) => this.#receive(message));
    const granted = await this.#subscriptions.open(connection);
    this.#hasListedAnnouncements = granted.includes(this.#discovery.filter);
    if (!this.#isAvailabilityShown) return;
    const online = { topic: this.#topics.available, payload: 'online', isRetained: true };
    await publishOn(connection, this.#access, online);
  }

  #receive(message: Received): void {
    if (message.topic === this.#birth.topic) this.#birth.receive(message);
    else if (message.isRetained && message.payload !== '') this.#sync.noteStray(message.topic);
  }

  #ended(closing: Closing): void {
    this.#noteListed();
    if (closing.isOurs) return;
    const heldMs = this.#clock.steadyMs() - this.#openedAtMs;
    const { isBlamed, retain } = this.#access.closed(closing);
    if (!isBlamed) this.#takeovers.ended(heldMs);
    if (!isBlamed && heldMs > HELD_MS) this.#access.held();
    if (retain !== null) this.#known.suspectRetain(retain === 'suspected');
  }

  /** Once all old announcements are removed, there is nothing to look for any more. */
  #noteListed(): void {
    if (this.#options.discovery || !this.#announced.may || !this.#hasListedAnnouncements) return;
    if (this.#clock.steadyMs() - this.#openedAtMs > LISTED_MS) this.#announced.note(false);
  }
}

function takenOver(clientId: string): string {
  return `the broker ends each connection soon after its start; if another spotter runs with a copy of the data folder, both use the client id ${clientId}: stop one, delete the file "installation" in its data folder, and start it again`;
}
