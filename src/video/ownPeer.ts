import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** Local address, remote address and user of a socket over IPv4. */
const LINE = /^\s*\d+: 0100007F:([0-9A-F]{4}) 0100007F:([0-9A-F]{4}) [0-9A-F]{2} \S+ \S+ \S+\s+(\d+) /gm;

/**
 * Whether the other end of a connection over 127.0.0.1 belongs to this user, or to root. True where the system does not show it.
 *
 * @param socket the end that was accepted
 */
export function isOwnPeer({ localPort, remotePort }: Pick<Socket, 'localPort' | 'remotePort'>): boolean {
  let table: string;
  try {
    table = readFileSync('/proc/net/tcp', 'latin1');
  } catch {
    return true;
  }
  const user = userOf(table, remotePort ?? 0, localPort ?? 0);
  return user === null || user === 0 || user === process.getuid?.();
}

/** The user of the socket with these two ports in a table in the form of /proc/net/tcp; null without such a socket. */
export function userOf(table: string, fromPort: number, toPort: number): number | null {
  for (const [, from, to, user] of table.matchAll(LINE))
    if (Number.parseInt(from, 16) === fromPort && Number.parseInt(to, 16) === toPort) return Number(user);
  return null;
}
