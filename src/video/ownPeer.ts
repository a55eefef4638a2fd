import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** A socket over IPv6 may reach 127.0.0.1, too, and is in the second table only. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
/** Local port, remote port and user of a socket from 127.0.0.1 to 127.0.0.1. */
const LINE =
  /^\s*\d+: (?:0{16}FFFF0000)?0100007F:([0-9A-F]{4}) (?:0{16}FFFF0000)?0100007F:([0-9A-F]{4}) [0-9A-F]{2} \S+ \S+ \S+\s+(\d+) /gm;

/**
 * Whether the other end of a connection over 127.0.0.1 belongs to this user, or to root. True where the system does not show it.
 *
 * @param socket the end that was accepted
 */
export function isOwnPeer({ localPort, remotePort }: Pick<Socket, 'localPort' | 'remotePort'>): boolean {
  const user = userOf(TABLES.map(read).join('\n'), remotePort ?? 0, localPort ?? 0);
  return user === null || user === 0 || user === process.getuid?.();
}

/** Empty where the system has no such table. */
function read(table: string): string {
  try {
    return readFileSync(table, 'latin1');
  } catch {
    return '';
  }
}

/** The user of the socket with these two ports in a table in the form of /proc/net/tcp; null without such a socket. */
export function userOf(table: string, fromPort: number, toPort: number): number | null {
  for (const [, from, to, user] of table.matchAll(LINE))
    if (Number.parseInt(from, 16) === fromPort && Number.parseInt(to, 16) === toPort) return Number(user);
  return null;
}
