import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/schema.js';
import type { CameraState } from '../core/cameraState.js';
import { describeError } from '../core/errors.js';
import type { Component } from '../core/lifecycle.js';
import { maskText } from '../core/secrets.js';
import { Serial } from '../core/serial.js';
import { InView } from '../events/inView.js';
import { SinkDriver } from '../events/sinks/driver.js';
import type { FacePicture } from '../events/sinks/eventPublisher.js';
import { MqttSink } from '../events/sinks/mqtt.js';
import { takeBackPerson } from '../events/sinks/personTopics.js';
import type { CursorStore, DeadLetter, DeadLetterStore, EventSource } from '../events/sinks/port.js';
import type { SinkLog, SinkObserver } from '../events/sinks/sink.js';
import type { Tally } from '../events/sinks/sinkTally.js';
import { WebhookSink } from '../events/sinks/webhook.js';
import type { PersonSettings } from '../gallery/person.js';
import { hasAnnounced, noteAnnounced } from './announced.js';
import type { CameraObserver } from './cameraObserver.js';
import { installationId } from './installation.js';
import type { SinkCluster } from './sharedSinks.js';

/** The part of the configuration that concerns sinks. */
export type SinkConfig = Pick<Config, 'webhooks' | 'mqtt' | 'data'>;

/** Configuration, event log and observers of the sinks. */
export interface SinkSetOptions {
  config: SinkConfig;
  source: EventSource;
  cursors: CursorStore;
  deadLetters: DeadLetterStore;
  /** Call {@link SinkSet.refresh} when it changes. */
  inView: InView;
  /** Version of spotter, sent to webhooks and Home Assistant. */
  version: string;
  observer: SinkObserver;
  /** Called with the name of the sink; texts are masked. */
  log: {
    info(fields: { sink: string }, text: string): void;
    warn(fields: { sink: string }, text: string): void;
  };
  /** Values that must never be shown. */
  secrets: () => readonly string[];
  /** The picture of an event's face, by the id of the event; null when there is none. Never rejects. Default: none. */
  face?: (id: string) => Promise<FacePicture | null>;
  /** In a cluster one node sends at a time. Default: this one sends, from the start on. */
  cluster?: SinkCluster | undefined;
}

/** State of a sink; the numbers are since it was started. */
export interface SinkState extends Tally {
  name: string;
  up: boolean;
  /** Number of events still to deliver. */
  lag: number;
  /** Why it is not up, one sentence; else null. */
  problem: string | null;
}

/** The webhooks and the broker of the configuration, each driven from its own cursor. */
export class SinkSet implements Component, CameraObserver {
  readonly #options: SinkSetOptions;
  readonly #cameras = new Map<string, CameraState>();
  readonly #webhooks = new Map<string, SinkDriver>();
  #people: Map<string, string> | null = null;
  #config: SinkConfig;
  #mqtt: { sink: MqttSink; driver: SinkDriver } | null = null;
  /** The start and every change of the set. */
  readonly #serial = new Serial();
  #isStarted = false;
  #isStopped = false;
  /** Whether this node sends. */
  #isActive: boolean;

  constructor(options: SinkSetOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#isActive = options.cluster === undefined;
  }

  /** Every sink. */
  get states(): SinkState[] {
    const { secrets } = this.#options;
    return this.#drivers().map(({ name, isUp, lag, problem, tally }) => ({
      ...{ name, up: isUp, lag },
      problem: problem === null ? null : maskText(problem, secrets()),
      ...tally,
    }));
  }

  /** Starts every sink; does not wait for a connection. */
  start(): Promise<void> {
    return this.#serial.run(async () => {
      this.#isStarted = true;
      await this.#startAll();
    });
  }

  /** Resolves within about two seconds. */
  async stop(): Promise<void> {
    const isHandover = this.#options.cluster?.hasOthers() ?? false;
    this.#isStopped = true;
    await this.#serial.idle();
    // Nobody watches any more, so nobody is known to be anywhere.
    if (!isHandover) this.refresh();
    await this.#stopAll(isHandover ? 'handover' : 'end');
  }

  /** In a cluster: begins to send, or ends that at once, because another node may begin. Resolves when it is done. */
  activate(isActive: boolean): Promise<void> {
    if (!isActive) for (const driver of this.#drivers()) void driver.stop('now');
    return this.#serial.run(async () => {
      if (this.#isActive === isActive) return;
      this.#isActive = isActive;
      if (isActive) await this.#startAll();
      else await this.#stopAll('now');
    });
  }

  async #startAll(): Promise<void> {
    if (this.#isStopped || !this.#isStarted || !this.#isActive) return;
    for (const webhook of this.#config.webhooks)
      await this.#startWebhook(webhook, await this.#isKnown(webhook.id));
    await this.#startMqtt();
  }

  async #stopAll(how: Parameters<SinkDriver['stop']>[0]): Promise<void> {
    await Promise.all(this.#drivers().map((driver) => driver.stop(how)));
    this.#webhooks.clear();
    this.#mqtt = null;
  }

  /** Takes over a changed configuration; sinks that stay the same are not disturbed. Before the start it replaces the first. */
  configure(config: SinkConfig): Promise<void> {
    return this.#serial
      .run(() => this.#change(config))
      .catch((error) =>
        this.#logOf('sinks').warn(`cannot apply the new configuration: ${describeError(error)}`),
      );
  }

  /** Who is in view has changed. */
  refresh(): void {
    this.#mqtt?.sink.refresh();
  }

  /** Sets the people of the gallery. @param settings from person.yaml, by name */
  setPeople(names: readonly string[], settings: Readonly<Record<string, PersonSettings>>): void {
    this.#people = new Map(names.map((name) => [name, settings[name]?.displayName ?? name]));
    this.#mqtt?.sink.refresh();
  }

  /**
   * Forgets a person, and removes the person's retained topics from the broker.
   *
   * @param signal aborts when the broker takes too long
   * @returns number of topics removed that named the person
   * @throws Error with one sentence when the broker cannot be reached or refuses
   */
  async forgetPerson(person: string, signal: AbortSignal): Promise<number> {
    this.#people?.delete(person);
    const { url, ...mqtt } = this.#config.mqtt;
    if (url === null) return 0;
    await this.#mqtt?.sink.settled();
    const options = { ...mqtt, url, installation: this.#installation, hasAnnounced: this.#hasAnnounced };
    const { topics, naming } = await takeBackPerson(options, person, signal);
    this.#mqtt?.sink.noteTakenBack(topics);
    return naming;
  }

  /** Call when events were erased, so that none of them is delivered. */
  reread(): void {
    for (const driver of this.#drivers()) driver.reread();
  }

  cameraState(id: string, state: CameraState): void {
    if (this.#cameras.get(id) === state) return;
    this.#cameras.set(id, state);
    this.#mqtt?.sink.refresh();
  }

  cameraRemoved(id: string): void {
    this.#cameras.delete(id);
    this.#mqtt?.sink.refresh();
  }

  #drivers(): SinkDriver[] {
    return [...this.#webhooks.values(), ...(this.#mqtt ? [this.#mqtt.driver] : [])];
  }

  async #change(next: SinkConfig): Promise<void> {
    if (this.#isStopped) return;
    const before = this.#config;
    this.#config = next;
    if (!this.#isStarted || !this.#isActive) return;
    const old = new Map(before.webhooks.map((webhook) => [webhook.id, webhook]));
    const now = new Map(next.webhooks.map((webhook) => [webhook.id, webhook]));
    const isSame = (id: string) => isDeepStrictEqual(old.get(id), now.get(id));
    const gone = [...old.keys()].filter((id) => !isSame(id));
    await Promise.all(gone.map((id) => this.#webhooks.get(id)?.stop()));
    for (const id of gone) this.#webhooks.delete(id);
    for (const [id, webhook] of now)
      if (!isSame(id)) await this.#startWebhook(webhook, old.get(id)?.url === webhook.url);
    if (isDeepStrictEqual(before.mqtt, next.mqtt)) return;
    if (leavesTopics(before.mqtt, next.mqtt)) this.#mqtt?.sink.retire();
    await this.#mqtt?.driver.stop();
    this.#mqtt = null;
    await this.#startMqtt();
  }

  /** Whether a sink was there in an earlier run. */
  async #isKnown(id: string): Promise<boolean> {
    try {
      return (await this.#options.cursors.load(`webhook:${id}`)) !== null;
    } catch {
      return false;
    }
  }

  async #startWebhook(webhook: Config['webhooks'][number], hasWorked: boolean): Promise<void> {
    const shownName = (person: string) => this.#people?.get(person) ?? person;
    const driver = this.#driver(new WebhookSink({ ...webhook, hasWorked, shownName }, this.#options.version));
    this.#webhooks.set(webhook.id, driver);
    await driver.start();
  }

  /** Id for brokers. */
  get #installation(): string {
    return this.#options.cluster?.installation() ?? installationId(this.#options.config.data);
  }

  /** What other nodes of a cluster have announced, this one does not know. */
  get #hasAnnounced(): boolean {
    return this.#options.cluster !== undefined || hasAnnounced(this.#options.config.data);
  }

  async #startMqtt(): Promise<void> {
    const { url, ...mqtt } = this.#config.mqtt;
    if (url === null) return;
    // Another data folder applies from the next start.
    const { data } = this.#options.config;
    const announced = {
      may: this.#hasAnnounced,
      note: (may: boolean) => {
        announced.may = may;
        noteAnnounced(data, may);
      },
    };
    const sink = new MqttSink({
      ...mqtt,
      url,
      installation: this.#installation,
      version: this.#options.version,
      faceOf: async ({ id }) => (await this.#options.face?.(id)) ?? null,
      announced,
      log: this.#logOf('mqtt'),
      retainedState: () => ({
        people: this.#people,
        cameras: this.#cameras,
        inView: this.#isStopped ? new InView() : this.#options.inView,
      }),
    });
    this.#mqtt = { sink, driver: this.#driver(sink) };
    await this.#mqtt.driver.start();
  }

  #driver(sink: WebhookSink | MqttSink): SinkDriver {
    const { source, cursors, deadLetters: store, observer, secrets } = this.#options;
    observer.onAdded?.(sink.name);
    const deadLetters = {
      add: (letter: DeadLetter) => store.add({ ...letter, reason: maskText(letter.reason, secrets()) }),
    };
    const mayDeliver = this.#options.cluster?.mayDeliver;
    const log = this.#logOf(sink.name);
    return new SinkDriver({ sink, source, cursors, deadLetters, observer, log, mayDeliver });
  }

  #logOf(sink: string): SinkLog {
    const { log, secrets } = this.#options;
    return {
      info: (text) => log.info({ sink }, maskText(text, secrets())),
      warn: (text) => log.warn({ sink }, maskText(text, secrets())),
    };
  }
}

/** Whether retained topics would stay behind on the old broker or under the old prefix. */
function leavesTopics(before: Config['mqtt'], after: Config['mqtt']): boolean {
  const placeOf = ({ url, topic, discoveryPrefix }: Config['mqtt']) =>
    url === null ? null : [new URL(url).host, topic, discoveryPrefix];
  return !isDeepStrictEqual(placeOf(before), placeOf(after));
}
