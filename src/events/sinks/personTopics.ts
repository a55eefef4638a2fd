import { randomBytes } from 'node:crypto';
import { BrokerConnection } from './broker.js';
import { BrokerRefusal } from './brokerAnswer.js';
import { Discovery } from './discovery.js';
import { BEST_TERMS } from './handshake.js';
import { ALL_FAMILIES, retainedFilters, Topics } from './topics.js';

/** The broker, and how its topics are named. */
export interface PersonTopicsOptions {
  /** mqtt:// or mqtts://, with or without a login. */
  url: string;
  /** Prefix of every topic. */
  topic: string;
  /** Prefix of Home Assistant's discovery topics. */
  discoveryPrefix: string;
  /** Id of this installation; null if it has none. */
  installation: string | null;
  /** Whether it may have announced anything to Home Assistant; by default it may. */
  hasAnnounced?: boolean;
}

/** What {@link takeBackPerson} has removed. */
export interface TakenBack {
  topics: string[];
  /** How many of them are the person's; the others hold the last face of a camera, which may be anybody's. */
  naming: number;
}

/**
 * Removes every retained message that names a person, and the last faces. Uses its own connection, because the daemon may not be
 * running or may be publishing.
 *
 * @param signal aborts when the broker takes too long
 * @throws Error with one sentence, without secrets, when the broker cannot be reached or refuses
 */
export async function takeBackPerson(
  { url, topic, discoveryPrefix: prefix, installation, hasAnnounced = true }: PersonTopicsOptions,
  name: string,
  signal: AbortSignal,
): Promise<TakenBack> {
  const topics = new Topics(topic);
  const own = [topics.person(name), topics.personAttributes(name), topics.matches(name)];
  if (installation !== null && hasAnnounced) {
    const discovery = new Discovery({ prefix, installation, version: '', topics, families: ALL_FAMILIES });
    own.push(...discovery.personTopics(name));
  }
  const { cameras } = retainedFilters(topics);
  // Of a cluster, every node does this at the same time: with one id, the broker would end the connection of the other.
  const clientId = `spotter-${installation ?? 'unknown'}-forget-${randomBytes(3).toString('hex')}`;
  const options = { url, clientId, will: null };
  const connection = await BrokerConnection.connect({ ...options, terms: BEST_TERMS }, signal, () => {});
  const abandon = () => void connection.end();
  signal.addEventListener('abort', abandon, { once: true });
  try {
    if (!connection.terms.retain) return { topics: [], naming: 0 };
    const { retained, refused } = await connection.readRetained([...own, ...cameras], `${topic}/forget`);
    const found = [...retained];
    const naming = found
      .filter(([at, payload]) => own.includes(at) || names(payload, name))
      .map(([at]) => at);
    // Whose face it is, a picture does not say.
    const faces = found.map(([at]) => at).filter((at) => at.endsWith('/face') && !naming.includes(at));
    const taken = [...naming, ...faces];
    // Topics that must not be looked at may be retained.
    const unseen = own.filter((at) => refused.includes(at));
    const results = await Promise.allSettled(
      [...taken, ...unseen].map((at) => connection.publish(at, '', true)),
    );
    const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (failed.length > 0) throw failed[0];
    const unread = cameras.filter((filter) => refused.includes(filter));
    if (unread.length > 0) throw new BrokerRefusal({ kind: 'subscribe', topic: unread.join(', ') }, null);
    return { topics: taken, naming: naming.length };
  } finally {
    signal.removeEventListener('abort', abandon);
    await connection.end();
  }
}

/** Whether a camera's message names a person: the name alone, or a list of names as JSON. */
function names(payload: string, name: string): boolean {
  if (payload === name) return true;
  try {
    const list: unknown = JSON.parse(payload);
    return Array.isArray(list) && list.includes(name);
  } catch {
    return false;
  }
}
