import type { ApiViews } from './api.js';
import type { Api } from './application.js';
import { addCameraRoutes } from './cameraRoutes.js';
import { addControlRoutes, type ControlViews } from './controlRoutes.js';
import { addEventRoutes } from './eventRoutes.js';
import { addFrameRoutes, type FrameViews } from './frameRoutes.js';
import { addLetterRoutes } from './letterRoutes.js';
import { addDocumentRoute } from './openapi.js';
import { refuseMissing } from './refusal.js';
import { addServiceRoutes, type ServiceViews } from './serviceRoutes.js';
import { addSnapshotRoutes, type SnapshotViews } from './snapshotRoutes.js';
import { addStateRoutes, type StateViews } from './stateRoutes.js';

/** The data behind all routes. A group of routes whose views are missing is not served. */
export interface Views extends StateViews {
  snapshot: SnapshotViews['snapshot'];
  api: ApiViews;
  /** The newest frames of cameras. */
  frame?: FrameViews['frame'];
  /** Sinks and schemas. */
  service?: ServiceViews;
  /** What changes the state of the daemon. */
  control?: ControlViews;
}

/** Adds every route of the HTTP server. */
export function addRoutes(app: Api, views: Views): void {
  const { api, snapshot, frame, service, control } = views;
  addStateRoutes(app, views);
  addEventRoutes(app, api);
  addSnapshotRoutes(app, { snapshot, event: api.event });
  addCameraRoutes(app, api);
  if (frame) addFrameRoutes(app, { frame, cameras: api.cameras });
  addLetterRoutes(app, api);
  if (service) addServiceRoutes(app, service);
  if (control) addControlRoutes(app, control);
  addDocumentRoute(app);
  app.setNotFoundHandler(async ({ url }, reply) =>
    refuseMissing(reply, `nothing at ${url.split('?')[0]}; see /`),
  );
}
