import { BrokerConnection } from './broker.js';
import { Discovery } from './discovery.js';
import { retainedFilters, Topics } from './topics.js';

export interface PersonTopicsOptions {
  /** mqtt:// or mqtts://, with or without a login. */
  url: string;
  /** What every topic begins with. */
  topic: string;
  /** Home Assistant's own prefix. */
  discoveryPrefix: string;
  /** Of this installation; null where it has none, and so has announced nothing. */
  installation: string | null;
}

/**
 * Takes back every retained message that names a person, over a connection of its own: the daemon may not run, or be in the
 * middle of telling the broker something else.
 *
 * @param signal the broker has until then
 * @returns the topics
 * @throws Error with one sentence, without secrets, when the broker does not take part
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
