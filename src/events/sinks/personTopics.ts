import { BrokerConnection } from './broker.js';
import { Discovery } from './discovery.js';
import { retainedFilters, Topics } from './topics.js';

/** The broker, and how its topics are named. */
export interface PersonTopicsOptions {
  /** mqtt:// or mqtts://, with or without a login. */
  url: string;
  /** Prefix of every topic. */
  topic: string;
  /** Prefix of Home Assistant's discovery topics. */
  discoveryPrefix: string;
  /** Id of this installation; null if it has none and so has announced nothing. */
  installation: string | null;
}

/**
 * Removes every retained message that names a person. Uses its own connection, because the daemon may not be running or may be
 * publishing.
 *
 * @param signal aborts when the broker takes too long
 * @returns the topics
 * @throws Error with one sentence, without secrets, when the broker cannot be reached or refuses
 */
export async function takeBackPerson(
  { url, topic, discoveryPrefix: prefix, installation }: PersonTopicsOptions,
  name: string,
  signal: AbortSignal,
): Promise<string[]> {
  const topics = new Topics(topic);
  const discovery =
    installation === null ? null : new Discovery({ prefix, installation, version: '', topics });
  const own = [topics.person(name), topics.personAttributes(name), topics.matches(name)];
  if (discovery) own.push(discovery.person(name, name).topic);
  const { cameras } = retainedFilters(topics);
  const clientId = `spotter-${installation ?? 'unknown'}-forget`;
  const connection = await BrokerConnection.connect({ url, clientId, will: null }, signal, () => {});
  const abandon = () => void connection.end();
  signal.addEventListener('abort', abandon, { once: true });
  try {
    const kept = await connection.readRetained([...own, ...cameras], `${topic}/forget`);
    const naming = [...kept].filter(([at, payload]) => own.includes(at) || names(payload, name));
    const found = naming.map(([at]) => at);
    await Promise.all(found.map((at) => connection.publish(at, '', true)));
    return found;
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
