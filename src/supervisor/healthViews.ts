import { maskConfig } from '../config/mask.js';
import { moment } from '../core/clock.js';
import type { HealthViews } from '../http/healthRoutes.js';
import type { HealthHistory } from '../observe/healthHistory.js';
import type { CameraRegistry, CameraViews } from './cameraRegistry.js';
import type { ClusterHost } from './clusterHost.js';
import type { EngineStatus } from './engineStatus.js';
import type { EventHub } from './eventHub.js';
import { type HubConfig, SERVER } from './eventParts.js';
import type { LiveFeed } from './liveFeed.js';

/** The parts of the daemon whose health is shown. */
export interface HealthSources {
  status: EngineStatus;
  hub: EventHub;
  registry: CameraRegistry;
  /** Of the whole cluster. */
  cameras: CameraViews;
  live: LiveFeed;
  history: HealthHistory;
  cluster: Pick<ClusterHost, 'node' | 'problem'>;
  /** The current configuration. */
  loaded: () => HubConfig;
}

const ELSEWHERE = { fps: null, processed: null, dropped: null, restarts: null };

/** What HTTP shows of the daemon's health. */
export function healthViews(sources: HealthSources): HealthViews {
  const { status, hub, registry, cameras, live, history, cluster, loaded } = sources;
  const startedAt = new Date().toISOString();
  return {
    health: () => {
      const now = moment();
      const { config } = loaded();
      const { load, gallery } = status;
      const { firstSeq, lastSeq } = hub.log.state;
      const reason = status.unreadyReason ?? cluster.problem ?? hub.fault;
      return {
        ...{ ready: reason === null, reason, server: SERVER, startedAt },
        cameras: cameras.details(now).map(({ id, state, message, node, lastFrameAt }) => ({
          ...{ id, state, message, node },
          // Another node has the numbers of the cameras that it watches.
          ...(node === cluster.node ? history.totals(id) : ELSEWHERE),
          frameAgeMs:
            lastFrameAt === null ? null : Math.max(0, Math.round(now.unixMs - Date.parse(lastFrameAt))),
        })),
        engine: {
          restarts: history.engineRestarts,
          utilization: load.utilization,
          residentBytes: load.residentBytes,
          onnxruntime: status.onnxruntime,
          placements: status.placements,
        },
        models: { detector: config.detector, embedder: config.embedder },
        gallery: { people: gallery.people, used: gallery.used, unusable: gallery.unusable.length },
        sinks: hub.gauges.sinks(),
        deadLetters: hub.log.readable((store) => store.cursors.letters, 0),
        storage: {
          events: { bytes: hub.log.sizeBytes, firstSeq, lastSeq },
          snapshots: { bytes: hub.snapshotBytes },
        },
        liveViewers: live.socket.viewers,
      };
    },
    history: () => history.columns(registry.ids),
    config: () => maskConfig(loaded().config, loaded().secrets),
  };
}
