import { onTestFinished } from 'vitest';
import type { Views } from '../../src/http/routes.js';
import { type HttpOptions, HttpServer } from '../../src/http/server.js';

/** A real server on a free port, stopped with the test. It refuses upgrades. */
export async function httpServer(
  views: Pick<Views, 'api'> & Partial<Views>,
  options: Partial<HttpOptions> = {},
): Promise<HttpServer> {
  const http = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    views: {
      server: 'spotter/test',
      unreadyReason: () => null,
      snapshot: async () => null,
      metrics: async () => ({ contentType: 'text/plain', body: '' }),
      ...views,
    },
    maxConnections: 500,
    ...options,
  });
  await http.start();
  onTestFinished(() => http.stop());
  return http;
}
