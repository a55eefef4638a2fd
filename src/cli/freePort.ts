import { createServer } from 'node:net';
import { hasErrno, SpotterError } from '../core/errors.js';

/** More neighbours in use than this is no coincidence. */
const MOST_TRIED = 100;

/**
 * The first port from `first` on that nobody listens on; 0, which stands for any, stays 0.
 *
 * @throws SpotterError http.port when the next 100 are all in use
 */
export async function freePort(host: string, first: number): Promise<number> {
  const last = Math.min(first + MOST_TRIED - 1, 65535);
  for (let port = first; port <= last; port++) if (port === 0 || (await isFree(host, port))) return port;
  throw new SpotterError('http.port', `no port from ${first} to ${last} is free; choose another with --port`);
}

/** Any other reason why nothing can listen there is reported by the server that then tries to. */
function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(!hasErrno(error, 'EADDRINUSE')));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
