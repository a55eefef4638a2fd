import { BlockList, isIP, isIPv6 } from 'node:net';

/** Which proxies are believed, and what they say. */
export interface ProxyRules {
  /** IP addresses and networks such as 172.18.0.0/16. */
  addresses: readonly string[];
  /** Header that names the user, in lower case; null: the proxy signs nobody in. */
  userHeader: string | null;
  /** Header with the groups of the user, in lower case; null: none. */
  groupsHeader: string | null;
}

/** The peer of a connection and what it sends. */
interface Peer {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  remoteAddress: string;
}

/** Decides which peers are trusted proxies, and looks behind them. */
export class Proxies {
  readonly #rules: () => ProxyRules;
  /** Of the addresses in use, which a new configuration replaces as a whole. */
  #list = new BlockList();
  #addresses: readonly string[] = [];

  constructor(rules: () => ProxyRules) {
    this.#rules = rules;
  }

  /** Whether the headers of a peer are believed. */
  isTrusted(address: string): boolean {
    const { addresses } = this.#rules();
    if (addresses !== this.#addresses) {
      this.#addresses = addresses;
      this.#list = listOf(addresses);
    }
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && this.#list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
  }

  /** The user that a trusted proxy has signed in, and the user's groups; null without one. */
  userOf({ headers, remoteAddress }: Peer): { name: string; groups: string[] } | null {
    const { userHeader, groupsHeader } = this.#rules();
    if (userHeader === null || !this.isTrusted(remoteAddress)) return null;
    const name = textOf(headers[userHeader]);
    if (name === '') return null;
    const groups = groupsHeader === null ? '' : textOf(headers[groupsHeader]);
    return {
      name,
      groups: groups
        .split(/[,|]/)
        .map((group) => group.trim())
        .filter((group) => group !== ''),
    };
  }

  /** Address of the client: what trusted proxies say in X-Forwarded-For, else the peer. */
  clientOf({ headers, remoteAddress }: Peer): string {
    const hops = textOf(headers['x-forwarded-for'])
      .split(',')
      .map((hop) => hop.trim());
    let client = remoteAddress;
    while (this.isTrusted(client)) {
      const hop = hops.pop();
      if (hop === undefined || isIP(plainAddress(hop)) === 0) break;
      client = hop;
    }
    return plainAddress(client);
  }

  /** Whether the client's connection has TLS, up to a trusted proxy. */
  isSecure({ headers, remoteAddress, isEncrypted }: Peer & { isEncrypted: boolean }): boolean {
    return (
      isEncrypted ||
      (this.isTrusted(remoteAddress) && textOf(headers['x-forwarded-proto']).toLowerCase() === 'https')
    );
  }

  /** The headers that only trusted proxies may send, and once each. */
  get headers(): string[] {
    const { userHeader, groupsHeader } = this.#rules();
    return [userHeader, groupsHeader].filter((name) => name !== null);
  }
}

/** IPv4 as such, where a socket for IPv6 shows it as ::ffff:192.0.2.1. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function listOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const address of addresses) {
    const [base, prefix] = address.split('/');
    const family = isIPv6(base) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(base, family);
    else list.addSubnet(base, Number(prefix), family);
  }
  return list;
}

function textOf(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim();
}
