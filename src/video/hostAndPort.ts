/** Ports of addresses without one. */
export const DEFAULT_PORTS = { rtsp: 554, rtsps: 322, http: 80, https: 443 } as const;

/** The host and port to connect to. @param name host and perhaps port, as in an address; IPv6 in brackets */
export function hostAndPort(name: string, defaultPort: number): { host: string; port: number } {
  const [, bracketed, plain = '', port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(name) ?? [];
  return { host: bracketed ?? plain, port: Number(port ?? defaultPort) };
}
