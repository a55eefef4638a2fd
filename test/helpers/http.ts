import { onTestFinished } from 'vitest';
import type { CameraView } from '../../src/http/cameraRoutes.js';
import type { Views } from '../../src/http/routes.js';
import { type HttpOptions, HttpServer } from '../../src/http/server.js';

/** A camera that is live and has given no frame yet. */
export const cameraView = (id: string, change: Partial<CameraView> = {}): CameraView => ({
  ...{ id, name: id, state: 'live', message: null, lastFrameAt: null },
  ...{ tracks: [], zones: [], width: null, height: null, node: null, ...change },
});

/** The views of an empty log, without cameras. */
export const emptyApi: Views['api'] = {
  log: () => ({ epoch: 'e', firstSeq: 1, lastSeq: 0 }),
  find: () => [],
  event: () => null,
  cameras: () => [],
  deadLetters: () => [],
};

/** A real server on a free port, stopped with the test. It refuses upgrades. */
export async function httpServer(
  views: Partial<Views> = {},
  options: Partial<HttpOptions> = {},
): Promise<HttpServer> {
  const http = new HttpServer({
    host: '127.0.0.1',
    port: 0,
    views: {
      server: 'spotter/test',
      unreadyReason: () => null,
      snapshot: async () => null,
      api: emptyApi,
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
