import type { BrokerConnection } from './broker.js';
import { type Discovery, MIGRATE } from './discovery.js';
import { publishOn } from './publishOn.js';
import { type RetainedState, retainedMessages } from './retained.js';
import type { TopicAccess } from './topicAccess.js';
import type { TopicFamilies, Topics } from './topics.js';

/** What is retained, where, and what the broker allows. */
export interface RetainedSyncOptions {
  topics: Topics;
  families: TopicFamilies;
  /** null: nothing is announced. */
  discovery: Discovery | null;
  access: TopicAccess;
  /** The current state; read again after every {@link RetainedSync.refresh}. */
  retainedState: () => RetainedState;
  /** Called when the broker has accepted an announcement; must not throw. */
  onAnnounced: () => void;
}

/** Limit for {@link RetainedSync.settled}. */
const SETTLED_MS = 500;
/** Most topics tracked while the broker lists what it retains. */
const MAX_STRAY = 10_000;

/** Keeps what a broker retains for us as it has to be. */
export class RetainedSync {
  readonly #options: RetainedSyncOptions;
  /** Payloads that the broker retains for us, by topic; null where the payload is unknown. */
  readonly #retained = new Map<string, string | null>();
  #connection: BrokerConnection | null = null;
  #refreshing: Promise<void> | null = null;
  #isStale = false;
  #isRetired = false;

  constructor(options: RetainedSyncOptions) {
    this.#options = options;
  }

  /** Topics that the broker retains for us, as far as we know. */
  get topics(): string[] {
    return [...this.#retained.keys()];
  }

  /** Whether everything is to be removed when the sink closes. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** A connection is being opened: nothing is known of what the broker retains. */
  begin(): void {
    this.#connection = null;
    this.#retained.clear();
  }

  /** The broker retains a message that we have not published over this connection. */
  noteStray(topic: string): void {
    if (this.#retained.has(topic) || this.#retained.size >= MAX_STRAY) return;
    this.#retained.set(topic, null);
    this.refresh();
  }

  /** From now on publishes over this connection. */
  use(connection: BrokerConnection): void {
    this.#connection = connection;
    this.refresh();
  }

  /** Publishes what has changed. Never fails. */
  refresh(): void {
    // Topics that are being removed must not be published again.
    if (this.#isRetired) return;
    this.#isStale = true;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
  }

  /** Publishes everything again, whatever the broker has. */
  resend(): void {
    for (const topic of this.#retained.keys()) this.#retained.set(topic, null);
    this.refresh();
  }

  /** Ends {@link refresh}: everything will be removed. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Resolves when the broker has acknowledged the last {@link refresh}, or after a while. */
  async settled(ms = SETTLED_MS): Promise<void> {
    await within(ms, this.#refreshing);
  }

  /** Call when these topics were removed over another connection; those still wanted are published again. */
  noteTakenBack(topics: readonly string[]): void {
    for (const topic of topics) this.#retained.delete(topic);
    this.refresh();
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
    const { topics, families, discovery, access } = this.#options;
    const retainedState = this.#options.retainedState();
    const wanted = retainedMessages(retainedState, topics, families, discovery);
    const obsolete = [...this.#retained.keys()].filter(
      (topic) => !wanted.has(topic) && (retainedState.people !== null || !this.#isOfPerson(topic)),
    );
    const migrated = obsolete.filter((topic) => discovery?.isOfEntity(topic));
    // Home Assistant takes the announcement of a device only once those of its entities have made way.
    const isDue = (topic: string, payload: string) =>
      this.#retained.get(topic) !== payload || (migrated.length > 0 && discovery?.isOwn(topic));
    const changes: [topic: string, payload: string][] = [
      ...migrated.map((topic): [string, string] => [topic, MIGRATE]),
      ...[...wanted].flatMap(([topic, payload]): [string, string][] =>
        payload !== null && isDue(topic, payload) ? [[topic, payload]] : [],
      ),
      ...obsolete.map((topic): [string, string] => [topic, '']),
    ];
    const allowed = changes.filter(([topic]) => !access.isSkipped(topic));
    // Not all at once, so that events need not wait behind them.
    for (let index = 0; index < allowed.length; index += connection.window) {
      const window = allowed.slice(index, index + connection.window);
      for (const [topic, payload] of window) {
        if (payload === '') this.#retained.delete(topic);
        else if (payload !== MIGRATE) this.#retained.set(topic, payload);
      }
      await Promise.all(window.map(([topic, payload]) => this.#publish(connection, topic, payload)));
    }
  }

  async #publish(connection: BrokerConnection, topic: string, payload: string): Promise<void> {
    const { access, discovery, onAnnounced } = this.#options;
    // Others of its family may have been refused since.
    if (access.isSkipped(topic)) {
      this.#retained.delete(topic);
      return;
    }
    const refusal = await publishOn(connection, access, { topic, payload, isRetained: payload !== MIGRATE });
    if (refusal !== null) this.#retained.delete(topic);
    else if (payload !== '' && discovery?.isOwn(topic)) onAnnounced();
  }

  /** Topics of people stay until the gallery has been read: before that, nobody can be missing from it. */
  #isOfPerson(topic: string): boolean {
    return (
      topic.startsWith(`${this.#options.topics.prefix}/people/`) || /\/person_[^/]*\/config$/.test(topic)
    );
  }
}

/** Waits for a promise with a time limit; ignores its failure. */
export async function within(ms: number, promise: Promise<unknown> | null): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise?.catch(() => {}), late]);
  clearTimeout(timer);
}
