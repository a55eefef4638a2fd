import type { Config } from '../config/schema.js';
import { type Component, Stack, Together } from '../core/lifecycle.js';
import { nameKey } from '../core/personName.js';
import { plural } from '../core/plural.js';
import type { EventDraft, SpotterEvent } from '../events/event.js';
import type { EventFeed } from '../events/feed.js';
import { ForgottenNames } from '../events/forgottenNames.js';
import { recentEvents } from '../events/interruptedVisits.js';
import type { EventLog } from '../events/log/eventLog.js';
import type { Erased } from '../events/log/upkeep.js';
import { shownNameOf } from '../events/notify.js';
import type { PersonSettings } from '../gallery/person.js';
import { byNameKey, type Selectable } from '../http/message.js';
import type { EventSocket } from '../http/socket.js';
import type { MetricSources } from '../observe/metrics.js';
import type { Pictures } from '../snapshots/pictures.js';
import type { PictureForm } from '../snapshots/store.js';
import type { CameraObserver } from './cameraObserver.js';
import { type EventContext, eventContext } from './eventContext.js';
import { type EventParts, type EventPartsOptions, eventParts, type HubConfig } from './eventParts.js';
import type { RecentFaces } from './recentFaces.js';

/** Configuration at the start, and the parts that the hub reads and notifies. */
export interface EventHubOptions extends EventPartsOptions {
  /** The data folder is fixed; the rest can change with {@link EventHub.configure}. */
  loaded: HubConfig;
  /** Gets the faces of events. */
  faces: Pick<RecentFaces, 'take' | 'improve' | 'notePublished' | 'forgetPerson'>;
  /** Called with every event, after the sinks. */
  onEvent: (event: SpotterEvent, context: EventContext) => void;
}

/** An event as the engine sends it. */
export interface DetectedEvent {
  draft: EventDraft;
  /** Monotonic time at which its frame arrived; null for an event without a frame. */
  sinceMs: number | null;
  /** null when they could not be encoded. */
  pictures?: Pictures | null;
}

/**
 * Delivers events: to the log first, then to WebSocket clients, webhooks and broker. Starts and stops all parts but the log,
 * which starts before and stops after everything that reads it.
 */
export class EventHub implements Component, CameraObserver {
  readonly #options: EventHubOptions;
  readonly #parts: EventParts;
  readonly #components: Stack;
  readonly #forgotten = new ForgottenNames();
  #loaded: HubConfig;
  readonly #context = eventContext(() => ({ cameras: this.#config.cameras, people: this.#settings }));
  /** Names in the gallery, see {@link byNameKey}; null before it has been read. */
  #people: ReadonlyMap<string, string> | null = null;
  #settings: Readonly<Record<string, PersonSettings>> = {};

  constructor(options: EventHubOptions) {
    this.#options = options;
    this.#loaded = options.loaded;
    this.#parts = eventParts(options, {
      loaded: () => this.#loaded,
      people: () => this.#settings,
      selectable: () => this.selectable,
    });
    const { shared, socket, sinks, snapshots, enricher } = this.#parts;
    this.#published.subscribe((event) => this.#distribute(event));
    const node = options.cluster?.node;
    shared?.subscribe((event) => event.node !== node && enricher.noteElsewhere(event));
    // Events still queued when the cameras have ended are published before the sinks stop. Socket and sinks stop at the same
    // time, since either may be slow.
    const farEnds = new Together([socket, sinks]);
    this.#components = new Stack([farEnds, snapshots, this.#finalFlush, enricher]);
  }

  /** Where events are read; started and stopped elsewhere, with {@link logs}. */
  get log(): EventLog {
    return this.#parts.log;
  }

  /** Where this node's own events are stored: the same log, but for a node of a cluster. */
  get ownLog(): EventLog {
    return this.#parts.ownLog;
  }

  /** Every log. */
  get logs(): Component {
    const { ownLog, shared } = this.#parts;
    return shared ? new Stack([ownLog, shared, this.#recollection]) : ownLog;
  }

  /** In a cluster: who is in view of the cameras of other nodes, as far as the log says. */
  get #recollection(): Component {
    const { inView, cluster } = this.#options;
    const start = async () => {
      try {
        for (const event of recentEvents(this.log))
          if (event.node !== cluster?.node) inView.notePublished(event);
      } catch {
        // On a full disk the log is opened later; who is in view is known with the next events.
      }
    };
    return { start, stop: async () => {} };
  }

  /** Calls with events that are in {@link log}. */
  get #published(): Pick<EventFeed, 'subscribe'> {
    return this.#parts.shared ?? this.#parts.feed;
  }

  /** The WebSocket. */
  get socket(): EventSocket {
    return this.#parts.socket;
  }

  start(signal?: AbortSignal): Promise<void> {
    return this.#components.start(signal);
  }

  stop(): Promise<void> {
    return this.#components.stop();
  }

  /** Applies a changed configuration. */
  configure(loaded: HubConfig): void {
    this.#loaded = loaded;
    void this.#parts.sinks.configure(loaded.config);
  }

  /** Sets the people of the gallery, and their settings by name. */
  setPeople(names: readonly string[], settings: Readonly<Record<string, PersonSettings>>): void {
    this.#settings = settings;
    this.#people = byNameKey(names);
    this.#forgotten.notePeople(names);
    const known = names.filter((name) => !this.#forgotten.has(name));
    this.#parts.sinks.setPeople(known, settings);
  }

  /** Why no event is published, one sentence; null while there is no fault. */
  get fault(): string | null {
    return this.#parts.feed.fault;
  }

  /** Sources of the gauges. */
  get gauges(): Pick<MetricSources, 'wsClients' | 'openVisits' | 'sinks' | 'log'> {
    return {
      wsClients: () => this.socket.clients,
      openVisits: () => this.#parts.shared?.visits.open ?? this.#parts.enricher.openVisits,
      sinks: () => this.#parts.sinks.states,
      log: () => ({
        sizeBytes: this.log.sizeBytes,
        waiting: this.#parts.feed.waiting,
        isWritable: this.#parts.feed.fault === null && this.ownLog.epoch !== null,
      }),
    };
  }

  /** The cameras and people that clients may name. */
  get selectable(): Selectable {
    const configured = this.#config.cameras.map(({ id }) => id);
    const known = this.#options.cameras.cameras.map(({ id }) => id);
    return { cameras: [...new Set([...configured, ...known])], people: this.#people };
  }

  /** How a person is shown; null for somebody who is not in the gallery. */
  shownName(person: string): string | null {
    const key = nameKey(person);
    if (this.#forgotten.has(person) || !this.#people?.has(key)) return null;
    return shownNameOf(this.#settings, person);
  }

  /** The parts that observe cameras. */
  get cameraObservers(): readonly CameraObserver[] {
    return [this, this.#parts.sinks, this.socket];
  }

  cameraRemoved(id: string): void {
    this.#options.inView.forgetCamera(id);
  }

  /** A picture of an event of this node, as JPEG; null when there is none or it has expired. @param id of the event */
  picture(id: string, form: PictureForm): Promise<Uint8Array | null> {
    return this.#parts.snapshots.read(id, form);
  }

  /** Bytes of all pictures; null before they are counted. */
  get snapshotBytes(): number | null {
    return this.#parts.snapshots.bytes;
  }

  /** A number that no track of the camera in the log has. */
  nextTrack(camera: string): number {
    return (
      Math.max(
        0,
        ...this.log
          .readable((store) => store.lastTracks(camera), [])
          .map((track) => Number(track.slice(camera.length + 1)) || 0),
      ) + 1
    );
  }

  /** Publishes an event, and the events that follow from it, once it is in the log. */
  publish(draft: EventDraft): void {
    const cleansed = this.#forgotten.cleanse(draft);
    if (cleansed) this.#parts.enricher.publish(cleansed);
  }

  /** Publishes an event of the engine with its pictures. */
  publishDetected({ draft, sinceMs, pictures }: DetectedEvent): void {
    const cleansed = this.#forgotten.cleanse(draft);
    if (!cleansed) return;
    // Pictures of a forgotten person are not stored.
    const own = cleansed.person === draft.person ? pictures : undefined;
    // Before the event, so that whoever hears of it finds the face, or waits for it.
    this.#options.faces.take(cleansed, own);
    this.#parts.enricher.publish(this.#parts.snapshots.attach(cleansed, own, Date.now()), sinceMs);
  }

  /** Calls a listener with every event that is in the log. @returns a function that ends that */
  subscribe(listener: (event: SpotterEvent) => void): () => void {
    return this.#published.subscribe(listener);
  }

  /** The face of a track, or a better look at it. */
  noteFace(track: string, look: Pick<Pictures, 'face' | 'quality'>): void {
    this.#options.faces.improve(track, look);
  }

  get #config(): Config {
    return this.#loaded.config;
  }

  /** Removes a person's name from all further events, queued ones included, until the person is enrolled again. */
  withhold(person: string): void {
    this.#forgotten.add(person, this.#people?.has(nameKey(person)) ?? false);
    this.#parts.feed.amend((draft) => this.#amended(draft));
    this.#parts.enricher.forgetPerson(person);
    this.#parts.shared?.visits.forgetPerson(person);
    this.#options.inView.forgetPerson(person);
    this.#options.faces.forgetPerson(person);
  }

  /** Removes the person's retained topics; see {@link SinkSet.forgetPerson}. */
  takeBackTopics(person: string, signal: AbortSignal): Promise<number> {
    return this.#parts.sinks.forgetPerson(person, signal);
  }

  /** Erases a person from every log of this node; see {@link EventLog.forgetPerson}. @returns what was erased where events are read */
  async eraseEvents(person: string, onUnpictured: (ids: string[]) => void): Promise<Erased> {
    const { log, ownLog, shared, sinks } = this.#parts;
    const erase = async () => {
      // First where they would be published from.
      if (shared) await ownLog.forgetPerson(person, onUnpictured);
      return log.forgetPerson(person, onUnpictured);
    };
    const erased = await erase().finally(() => this.socket.forgotten(person));
    this.#options.metrics.eventsRemoved(erased.events);
    sinks.reread();
    await shared?.sinks.reconcile();
    return erased;
  }

  /** Removes the pictures of an event. @returns how many were removed, and how many could not be */
  removePictures(id: string): Promise<{ removed: number; failed: number }> {
    return this.#parts.snapshots.remove(id);
  }

  /** Checks at the start whether the log is writable, and publishes queued events at the end. */
  get #finalFlush(): Component {
    return {
      start: async () => this.#parts.feed.flush(),
      stop: async () => {
        const lost = this.#parts.feed.stop();
        if (lost > 0)
          this.#options.logger.error(
            `${plural(lost, 'event')} lost: the event log was not writable until the end`,
          );
      },
    };
  }

  #amended(draft: EventDraft): EventDraft | null {
    const cleansed = this.#forgotten.cleanse(draft);
    const isPictured = draft.snapshotKey !== null && cleansed?.snapshotKey !== draft.snapshotKey;
    if (isPictured) void this.#parts.snapshots.remove(draft.snapshotKey ?? '');
    return cleansed;
  }

  #distribute(event: SpotterEvent): void {
    const { metrics, inView, faces } = this.#options;
    metrics.event(event);
    if (inView.notePublished(event)) this.#parts.sinks.refresh();
    faces.notePublished(event);
    this.socket.publish(event);
    this.#options.onEvent(event, this.#context);
  }
}
