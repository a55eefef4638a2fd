import type { ApiViews } from './api.js';
import type { Api } from './application.js';
import { addCameraRoutes } from './cameraRoutes.js';
import { addClusterRoutes, addNodeRemoval, type ClusterViews } from './clusterRoutes.js';
import { addControlRoutes, type ControlViews } from './controlRoutes.js';
import { addCorrectionRoutes, type CorrectionViews } from './correctionRoutes.js';
import { addDocsRoutes } from './docsRoutes.js';
import { addEventRoutes } from './eventRoutes.js';
import { addFaceRoutes, type FaceViews } from './faceRoutes.js';
import { addFrameRoutes, type FrameViews } from './frameRoutes.js';
import { addHealthRoutes, type HealthViews } from './healthRoutes.js';
import { addLetterRoutes } from './letterRoutes.js';
import { addDocumentRoute } from './openapi.js';
import { addPageRoutes } from './pageRoutes.js';
import { addPeopleRoutes, type PeopleViews } from './peopleRoutes.js';
import { addPhotoRoutes, type PhotoViews } from './photoRoutes.js';
import { addRecognizeRoutes, type RecognizeViews } from './recognizeRoutes.js';
import { addRevalidated } from './revalidation.js';
import { addReviewRoutes, type ReviewViews } from './reviewRoutes.js';
import { addSchemaRoutes, addSinkRoutes, type ServiceViews } from './serviceRoutes.js';
import { addSessionRoutes, type SessionViews } from './sessionRoutes.js';
import { addSharedConfigRoutes, type SharedConfigViews } from './sharedConfigRoutes.js';
import { addSnapshotRoutes, type SnapshotViews } from './snapshotRoutes.js';
import { addStateRoutes, type StateViews } from './stateRoutes.js';
import { addTokenRoutes, type TokenViews } from './tokenRoutes.js';
import { addVisitRoutes, type VisitViews } from './visitRoutes.js';

/** The data behind all routes. A group of routes whose views are missing is not served. */
export interface Views extends StateViews {
  snapshot: SnapshotViews['snapshot'];
  api: ApiViews;
  /** The newest frames of cameras. */
  frame?: FrameViews['frame'];
  people?: PeopleViews;
  photos?: PhotoViews;
  corrections?: CorrectionViews;
  /** Faces seen recently. */
  faces?: FaceViews;
  recognition?: RecognizeViews;
  health?: HealthViews;
  cluster?: ClusterViews & SharedConfigViews;
  visits?: VisitViews['visits'];
  review?: ReviewViews['review'];
  /** Sinks and schemas. */
  service?: ServiceViews;
  /** What changes the state of the daemon. */
  control?: ControlViews;
  sessions?: SessionViews;
  tokens?: TokenViews;
}

/** Adds every route of the HTTP server. @param page folder of the page's files; null: there is none */
export function addRoutes(app: Api, views: Views, page: string | null): void {
  const { api, snapshot, frame, service, control, health, visits, review, sessions, tokens } = views;
  const { people, photos, corrections, faces, recognition, cluster } = views;
  addStateRoutes(app, views, page);
  addEventRoutes(app, api);
  addSnapshotRoutes(app, { snapshot, event: api.event });
  if (visits) addVisitRoutes(app, { log: api.log, visits, selectable: api.selectable });
  if (review) addReviewRoutes(app, { event: api.event, review });
  if (frame) addFrameRoutes(app, { frame, cameras: api.cameras });
  if (faces) addFaceRoutes(app, faces);
  if (corrections) addCorrectionRoutes(app, corrections);
  if (photos) addPhotoRoutes(app, photos);
  if (recognition) addRecognizeRoutes(app, recognition);
  addLetterRoutes(app, api);
  if (control) addControlRoutes(app, control);
  if (sessions) addSessionRoutes(app, sessions);
  if (tokens) addTokenRoutes(app, tokens);
  addRevalidated(app, (scope) => {
    addCameraRoutes(scope, api);
    if (people) addPeopleRoutes(scope, people);
    if (service) addSchemaRoutes(scope, service);
    addDocumentRoute(scope);
  });
  if (service) addSinkRoutes(app, service);
  if (health) addHealthRoutes(app, health);
  if (cluster) {
    addClusterRoutes(app, cluster);
    addNodeRemoval(app, cluster);
    addSharedConfigRoutes(app, cluster);
  }
  addDocsRoutes(app);
  addPageRoutes(app, page);
}
