import { packageVersion } from '../core/package.js';
import type { MetricSources } from '../observe/metrics.js';
import type { CameraRegistry } from './cameraRegistry.js';
import type { CrashPolicy } from './crashPolicy.js';
import type { EngineStatus } from './engineStatus.js';
import type { EventHub } from './eventHub.js';
import type { Gate } from './gate.js';
import type { LiveFeed } from './liveFeed.js';

/** The parts of the daemon that metrics read; functions return those that are made after the metrics. */
export interface MeasuredParts extends Pick<MetricSources, 'lostLines' | 'cluster'> {
  status: EngineStatus;
  registry: CameraRegistry;
  crashPolicy: CrashPolicy;
  hub: () => EventHub;
  live: () => LiveFeed;
  gate: () => Gate;
}

/** What the metrics read at every scrape. */
export function metricSources(parts: MeasuredParts): MetricSources {
  const { status, registry, crashPolicy, hub, live, gate, lostLines, cluster } = parts;
  return {
    version: packageVersion,
    onnxruntime: () => status.onnxruntime,
    placements: () => status.placements,
    engine: () => status.load,
    inWork: () => registry.ids.map((id) => [id, crashPolicy.inWork(id)]),
    gallery: () => ({ ...status.gallery, unusable: status.gallery.unusable.length }),
    wsClients: () => hub().gauges.wsClients(),
    liveViewers: () => live().socket.viewers,
    openVisits: () => hub().gauges.openVisits(),
    sinks: () => hub().gauges.sinks(),
    log: () => hub().gauges.log(),
    ...{ lostLines, cluster },
    signIns: () => gate().signIns,
  };
}
