import { moment } from '../core/clock.js';
import type { InView } from '../events/inView.js';
import { publishedSchemas } from '../events/schemas.js';
import { viewsOf } from '../http/api.js';
import type { Views } from '../http/routes.js';
import type { Metrics } from '../observe/metrics.js';
import type { CameraRegistry } from './cameraRegistry.js';
import type { ControlFile } from './controlFile.js';
import type { EngineStatus } from './engineStatus.js';
import { type EventHub, SERVER } from './eventHub.js';
import type { Forgetting } from './forgetting.js';
import type { LetterActions } from './letterActions.js';

/** The parts of the daemon that HTTP shows. */
export interface ViewSources {
  status: EngineStatus;
  hub: EventHub;
  metrics: Metrics;
  control: ControlFile;
  letters: LetterActions;
  forgetting: Forgetting;
  registry: CameraRegistry;
  inView: InView;
}

/** What the HTTP server shows of the daemon. */
export function httpViews(sources: ViewSources): Views {
  const { status, hub, metrics, control, letters, forgetting, registry, inView } = sources;
  return {
    server: SERVER,
    unreadyReason: () => status.unreadyReason ?? hub.fault,
    metrics: () => metrics.expose(),
    control: {
      token: control.token,
      forget: (name) => forgetting.forget(name),
      resend: (number) => letters.resend(number),
      drop: (number) => letters.drop(number),
    },
    snapshot: (seq, form) => hub.snapshot(seq, form),
    api: viewsOf(
      hub.log,
      () => registry.details(moment()).map((camera) => ({ ...camera, tracks: inView.reportedAt(camera.id) })),
      () => hub.selectable,
    ),
    service: { sinks: () => hub.gauges.sinks(), schemas: () => publishedSchemas },
  };
}
