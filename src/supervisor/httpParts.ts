import type { Config } from '../config/schema.js';
import { pageFolder } from '../core/package.js';
import type { CertificateFiles } from '../http/certificate.js';
import { LIVE_PATH } from '../http/liveSocket.js';
import { HttpServer, socketRoute } from '../http/server.js';
import type { Logger } from '../observe/logger.js';
import { type ControlSources, controlActions } from './controlActions.js';
import { httpViews, type ViewSources } from './httpViews.js';
import { type NodeViewSources, NodeViews } from './nodeViews.js';
import { type PeopleSources, peopleParts } from './peopleParts.js';
import { throttledWarning } from './throttledWarning.js';

/** The parts of the daemon that HTTP serves. */
export interface HttpSources
  extends Omit<ViewSources, 'control' | 'people' | 'nodes'>,
    Omit<ControlSources, 'log' | 'data'>,
    Omit<PeopleSources, 'nodes' | 'config'>,
    Pick<NodeViewSources, 'faces'> {
  logger: Logger;
}

/** Makes the HTTP server of the daemon. */
export function httpServerOf(sources: HttpSources): HttpServer {
  const { loaded, logger, hub, live, gate, metrics, forgetting, letters } = sources;
  const { http, data } = loaded().config;
  const nodes = new NodeViews(sources);
  const people = peopleParts({ ...sources, nodes, config: () => loaded().config });
  return new HttpServer({
    host: http.host,
    port: http.port,
    allowedHosts: http.allowedHosts,
    allowedOrigins: http.allowedOrigins,
    maxConnections: http.maxConnections,
    rateLimit: http.rateLimit,
    page: pageFolder ?? undefined,
    onAnswered: (route, status) => metrics.http.answered(route, status),
    tls: filesOf(http),
    onCertificate: (fault) =>
      fault === null ? logger.info('using the new certificate of http.tls') : logger.error(fault),
    clientOf: (credentials) => gate.clientOf(credentials),
    onRefused: throttledWarning(logger),
    onFailed: throttledWarning(logger),
    views: httpViews({
      ...{ ...sources, nodes, people },
      control: controlActions({ forgetting, data, letters, log: hub.ownLog }),
    }),
    identify: (credentials) => gate.identify(credentials),
    sockets: {
      '/ws': socketRoute('events:read', () => hub.socket),
      [LIVE_PATH]: socketRoute('cameras:read', () => live.socket),
    },
  });
}

/** null where there is no TLS. */
function filesOf({ tls: { certificate, key } }: Config['http']): CertificateFiles | null {
  return certificate === null || key === null ? null : { certificate, key };
}
