import type { BrokerConnection } from './broker.js';
import { BrokerRefusal } from './brokerAnswer.js';
import type { SinkLog } from './sink.js';
import type { TopicAccess } from './topicAccess.js';
import { retainedFilters, type TopicFamilies, type Topics } from './topics.js';

/** What one subscription is for. */
export interface Subscription {
  filter: string;
  /** What does not happen without it, such as `retained topics that are no longer wanted stay there`. */
  without: string;
}

/** Which topics may be retained from before, and the birth message of Home Assistant. */
export interface WantedOptions {
  topics: Topics;
  families: TopicFamilies;
  /** Filter of the announcements; null: there can be none. */
  announcements: string | null;
  /** Topic of Home Assistant's birth message; null: not needed. */
  birth: string | null;
}

/** The subscriptions by which a sink finds what a broker retains for it, and notices that Home Assistant has started. */
export function wantedSubscriptions({
  topics,
  families,
  announcements,
  birth,
}: WantedOptions): Subscription[] {
  const { people, cameras } = retainedFilters(topics);
  // Where it is not published, it may be there from before.
  const available = families.available ? [] : [topics.available];
  const retained = [...people, ...cameras, ...available, ...(announcements === null ? [] : [announcements])];
  const without = 'retained topics that are no longer wanted stay there';
  return [
    ...retained.map((filter) => ({ filter, without })),
    ...(birth === null
      ? []
      : [{ filter: birth, without: 'announcements are not repeated when Home Assistant starts' }]),
  ];
}

/** Subscribes to some filters, each by itself, and logs those that the broker does not allow. */
export class Subscriptions {
  readonly #wanted: readonly Subscription[];
  readonly #access: TopicAccess;
  readonly #log: SinkLog;
  #logged = '';

  constructor(wanted: readonly Subscription[], access: TopicAccess, log: SinkLog) {
    this.#wanted = wanted;
    this.#access = access;
    this.#log = log;
  }

  /**
   * Resolves when the broker has answered all of them.
   *
   * @returns the filters that it has granted
   * @throws Error when the connection ends first
   */
  async open(connection: BrokerConnection): Promise<string[]> {
    const inTurn = this.#wanted
      .map(({ filter }) => filter)
      .sort((a, b) => this.#access.strikesOfFilter(a) - this.#access.strikesOfFilter(b));
    const isGranted = await Promise.all(inTurn.map((filter) => this.#attempt(connection, filter)));
    const granted = inTurn.filter((_, index) => isGranted[index]);
    this.#report(this.#wanted.filter(({ filter }) => !granted.includes(filter)));
    return granted;
  }

  async #attempt(connection: BrokerConnection, filter: string): Promise<boolean> {
    if (this.#access.isFilterSkipped(filter)) return false;
    try {
      await connection.subscribe(filter);
      return true;
    } catch (error) {
      if (error instanceof BrokerRefusal) return false;
      throw error;
    }
  }

  /** One line for all that are refused, and again only when others are. */
  #report(refused: readonly Subscription[]): void {
    const filters = refused.map(({ filter }) => filter).join(', ');
    if (filters === this.#logged) return;
    this.#logged = filters;
    if (refused.length === 0) {
      this.#log.info('the broker allows every subscription now');
      return;
    }
    const without = [...new Set(refused.map((one) => one.without))].join(', and ');
    this.#log.warn(
      `the broker refuses the subscription to ${filters}: ${without}; everything else works. To change that, allow it in the access rules of the broker`,
    );
  }
}
