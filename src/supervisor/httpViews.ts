import { moment } from '../core/clock.js';
import type { InView } from '../events/inView.js';
import { storedEventOf } from '../events/log/row.js';
import { publishedSchemas } from '../events/schemas.js';
import { findStays } from '../events/stays.js';
import { viewsOf } from '../http/api.js';
import type { CameraView } from '../http/cameraRoutes.js';
import type { ControlViews } from '../http/controlRoutes.js';
import type { VisitsQuery } from '../http/parameters.js';
import type { Views } from '../http/routes.js';
import type { Metrics } from '../observe/metrics.js';
import type { ClusterHost } from './clusterHost.js';
import { clusterViews } from './clusterViews.js';
import { SERVER } from './eventParts.js';
import type { Gate } from './gate.js';
import { type HealthSources, healthViews } from './healthViews.js';
import type { NodeViews } from './nodeViews.js';
import type { PeopleParts } from './peopleParts.js';

/** The parts of the daemon that HTTP shows. */
export interface ViewSources extends HealthSources {
  metrics: Metrics;
  control: ControlViews;
  gate: Gate;
  inView: InView;
  people: PeopleParts;
  nodes: NodeViews;
  cluster: ClusterHost;
}

/** What the HTTP server shows of the daemon. */
export function httpViews(sources: ViewSources): Views {
  const { status, hub, metrics, control, gate, nodes, people, cluster, loaded } = sources;
  return {
    server: SERVER,
    unreadyReason: () => status.unreadyReason ?? cluster.problem ?? hub.fault,
    metrics: (accept) => metrics.expose(accept),
    control,
    sessions: gate.sessions,
    tokens: gate.tokens,
    ...people,
    snapshot: (seq, form) => nodes.snapshot(seq, form),
    frame: (camera, width) => nodes.frame(camera, width),
    api: {
      ...viewsOf(
        hub.log,
        () => camerasOf(sources),
        () => hub.selectable,
      ),
      marks: (reader, first, last) => hub.log.use(({ reviewed }) => reviewed.among(reader, first, last)),
    },
    review: (reader, seq, isReviewed) => hub.log.use(({ reviewed }) => reviewed.set(reader, seq, isReviewed)),
    visits: (query) => visitsOf(query, sources),
    health: healthViews(sources),
    cluster: clusterViews({ cluster, metrics, config: () => loaded().config }),
    service: { sinks: () => hub.gauges.sinks(), schemas: () => publishedSchemas },
  };
}

/** Every camera with what its configuration says, in the order in which the cameras were added. */
function camerasOf({ cameras, inView, loaded }: ViewSources): CameraView[] {
  const configured = new Map(loaded().config.cameras.map((camera) => [camera.id, camera]));
  return cameras.details(moment()).map((camera) => {
    const { name, zones = [] } = configured.get(camera.id) ?? {};
    return {
      ...camera,
      name: name ?? camera.id,
      tracks: inView.reportedAt(camera.id),
      zones: zones.map((zone) => ({ id: zone.name, points: zone.points })),
    };
  });
}

/** Who was where and when; see {@link findStays}. */
async function visitsOf(query: VisitsQuery, { hub, inView, loaded }: ViewSources) {
  const { stays, before } = await findStays(query, {
    find: (wanted) => hub.log.find(wanted, false),
    lastUnended: (wanted) => {
      const row = hub.log.use(({ history }) => history.lastUnended(wanted));
      return row && storedEventOf(row, false);
    },
    isInView: (track) => inView.published.some(({ id }) => id === track),
    gapMs: loaded().config.visits.gapMs,
  });
  return { visits: stays, before };
}
