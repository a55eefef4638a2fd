import type { LoadedConfig } from '../config/load.js';
import { pageFolder } from '../core/package.js';
import { withoutSignIn } from '../http/callers.js';
import { LIVE_PATH } from '../http/liveSocket.js';
import { HttpServer } from '../http/server.js';
import type { Logger } from '../observe/logger.js';
import { type ControlSources, controlActions } from './controlActions.js';
import { httpViews, type ViewSources } from './httpViews.js';
import type { LiveFeed } from './liveFeed.js';
import { throttledWarning } from './throttledWarning.js';

/** The parts of the daemon that HTTP serves. */
export interface HttpSources extends Omit<ViewSources, 'control'>, Omit<ControlSources, 'log' | 'data'> {
  /** The configuration at the start. */
  loaded: LoadedConfig;
  logger: Logger;
  live: LiveFeed;
  /** Token of the control file. */
  token: string;
}

/** Makes the HTTP server of the daemon. */
export function httpServerOf(sources: HttpSources): HttpServer {
  const { loaded, logger, hub, live, metrics, forgetting, letters, token } = sources;
  const { http, data } = loaded.config;
  return new HttpServer({
    host: http.host,
    port: http.port,
    allowedHosts: http.allowedHosts,
    allowedOrigins: http.allowedOrigins,
    maxConnections: http.maxConnections,
    rateLimit: http.rateLimit,
    page: pageFolder ?? undefined,
    onAnswered: (route, status) => metrics.http.answered(route, status),
    onRefused: throttledWarning(logger),
    onFailed: throttledWarning(logger),
    views: httpViews({
      ...sources,
      control: controlActions({ forgetting, data, letters, log: hub.log }),
    }),
    identify: withoutSignIn(token),
    sockets: {
      '/ws': {
        needs: 'events:read',
        upgrade: (request, socket, head) => hub.socket.upgrade(request, socket, head),
      },
      [LIVE_PATH]: {
        needs: 'cameras:read',
        upgrade: (request, socket, head, caller) => live.socket.upgrade(request, socket, head, caller),
      },
    },
  });
}
