import { DEFAULT_PORTS, hostAndPort } from './hostAndPort.js';
import type { LiveEnd } from './liveFaultRules.js';

const UNREACHED = /^tcp: (?:Connection to tcp:\/\/([^/?\s]+)\S* failed|Failed to resolve hostname (\S+):)/;

/** Whom ffmpeg could not reach, for messages: a redirect or a playlist may lead to another server than the one of the address. */
export function unreachedName({ kind, name, messages }: LiveEnd): string {
  if (kind !== 'http' && kind !== 'https') return name;
  const own = hostAndPort(name, DEFAULT_PORTS[kind]);
  for (const text of messages) {
    const [, reached, unresolved] = UNREACHED.exec(text) ?? [];
    const other = reached ?? unresolved;
    if (other === undefined) continue;
    const { host, port } = hostAndPort(other, 0);
    // The message about an unknown host has no port.
    const isSamePort = port === own.port || port === 0;
    if (host.toLowerCase() !== own.host.toLowerCase() || !isSamePort)
      return `${other}, to which ${name} leads,`;
  }
  return name;
}
