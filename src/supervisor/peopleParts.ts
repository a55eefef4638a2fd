import type { Config } from '../config/schema.js';
import { type Caller, maySee } from '../core/access.js';
import { describeError, SpotterError } from '../core/errors.js';
import { Serial } from '../core/serial.js';
import type { SpotterEvent } from '../events/event.js';
import type { InView } from '../events/inView.js';
import type { CorrectionViews } from '../http/correctionRoutes.js';
import type { FaceView, FaceViews } from '../http/faceRoutes.js';
import type { PeopleViews } from '../http/peopleRoutes.js';
import type { PhotoViews } from '../http/photoRoutes.js';
import type { RecognizeViews } from '../http/recognizeRoutes.js';
import type { ToEngine } from '../ipc/protocol.js';
import type { CameraViews } from './cameraRegistry.js';
import type { BareFace } from './clusterCalls.js';
import { Corrections } from './corrections.js';
import type { EngineRequests } from './engineRequests.js';
import type { EngineStatus } from './engineStatus.js';
import type { EventHub } from './eventHub.js';
import type { NodeViews } from './nodeViews.js';
import { PeopleDirectory } from './peopleDirectory.js';
import { PhotoDesk, readableEnding } from './photoDesk.js';

/** What people, photos and faces are shown and changed with. */
export interface PeopleSources {
  /** The current configuration. */
  config: () => Config;
  status: EngineStatus;
  requests: EngineRequests;
  hub: EventHub;
  inView: InView;
  cameras: CameraViews;
  nodes: NodeViews;
  send: (message: ToEngine) => void;
}

/** Everything about people that HTTP serves. */
export interface PeopleParts {
  people: PeopleViews;
  photos: PhotoViews;
  corrections: CorrectionViews;
  faces: FaceViews;
  recognition: RecognizeViews;
}

/** Makes what HTTP serves of people, their photos, and faces. */
export function peopleParts(sources: PeopleSources): PeopleParts {
  const { config, requests, hub, nodes } = sources;
  const shared = {
    ...sources,
    folder: () => config().gallery.folder,
    log: hub.log,
    event: (seq: number, caller: Caller) => visibleEvent(hub, seq, caller),
    changing: new Serial(),
  };
  const directory = new PeopleDirectory(shared);
  const snapshot = (seq: number) => nodes.snapshot(seq, 'face');
  return {
    people: directory,
    photos: new PhotoDesk({ ...shared, directory, snapshot, faces: nodes }),
    corrections: new Corrections({ ...shared, directory, deny: (asked) => nodes.deny(asked) }),
    faces: {
      faces: async () => (await nodes.faces()).map((face) => viewOf(face, hub)),
      facePicture: (track) => nodes.untilFace(track),
    },
    recognition: {
      recognize: async (picture) => {
        readableEnding(picture);
        const { faces: found, ...size } = await requests.ask('recognize', { picture });
        const named = found.map((face) => ({
          ...face,
          displayName: face.person && hub.shownName(face.person),
        }));
        return { ...size, faces: named };
      },
    },
  };
}

/** @throws SpotterError log.unusable */
function visibleEvent(hub: EventHub, seq: number, caller: Caller): SpotterEvent | null {
  try {
    const found = hub.log.event(seq, false);
    return found && maySee(caller, found.camera) ? (JSON.parse(found.text) as SpotterEvent) : null;
  } catch (error) {
    throw new SpotterError('log.unusable', `the event log cannot be read now (${describeError(error)})`);
  }
}

function viewOf(face: BareFace, hub: EventHub): FaceView {
  const { firstSeenMs, lastSeenMs, quality, isLive, ...fields } = face;
  return {
    ...fields,
    displayName: face.person && hub.shownName(face.person),
    firstSeenAt: new Date(firstSeenMs).toISOString(),
    lastSeenAt: new Date(isLive ? Date.now() : lastSeenMs).toISOString(),
    isLive,
    quality: {
      sizePx: Math.round(quality.sizePx),
      sharpness: quality.sharpness === null ? null : Number(quality.sharpness.toFixed(3)),
    },
    picture: `/api/v1/faces/${encodeURIComponent(face.track)}/face.jpg`,
  };
}
