import { openLink } from '../src/cluster/link.js';
import { namesOf } from '../src/cluster/names.js';
import { BENCH_CLUSTER } from './clusterNodes.js';

/** Enough of an encrypted message to find it among others. */
const START_BYTES = 48;

/** What NATS itself notes of an object: its keyed name, size and digest, which begin alike before and after it is deleted. */
function isObjectInfo(subject: string): boolean {
  return /^\$O\.[^.]+\.M\./.test(subject);
}

/**
 * The beginnings of all messages that a cluster has in NATS of people, by stream, number and subject.
 *
 * @param servers nats:// addresses
 */
export async function messagesInNats(servers: readonly string[]): Promise<Map<string, Buffer>> {
  const names = namesOf(BENCH_CLUSTER);
  const streams = [names.events, `KV_${names.people}`, `KV_${names.embeddings}`, `OBJ_${names.photos}`];
  const login = { user: null, password: null, token: null, nkey: null, credentials: null };
  const tls = { ca: null, certificate: null, key: null };
  const link = await openLink({ servers, node: 'bench', ...login, tls });
  try {
    const found = new Map<string, Buffer>();
    for (const stream of streams) {
      const { state } = await link.manager.streams.info(stream);
      for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
        const message = await link.manager.streams.getMessage(stream, { seq }).catch(() => null);
        if (message && message.data.length >= START_BYTES && !isObjectInfo(message.subject))
          found.set(
            `${stream} ${seq} ${message.subject}`,
            Buffer.from(message.data.subarray(0, START_BYTES)),
          );
      }
    }
    return found;
  } finally {
    await link.connection.close();
  }
}
