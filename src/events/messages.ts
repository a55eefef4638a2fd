import type { CameraState } from '../core/cameraState.js';
import type { RoundBox, Size } from '../core/geometry.js';
import type { EventKind, SpotterEvent } from './event.js';

/** What the WebSocket sends and takes. These types are public: `import type { ServerMessage } from 'spotter-daemon/events'`. */

/** The first message of the server. */
export interface HelloMessage {
  type: 'hello';
  /** Version of the WebSocket protocol. */
  protocol: number;
  /** Product and version, such as spotter/0.1.0. */
  server: string;
  /** Id of the event log; null while it is not open. */
  epoch: string | null;
  /** `seq` of the oldest event in the log. */
  firstSeq: number;
  /** `seq` of the newest event in the log. */
  seq: number;
  /** How often somebody was erased from the log: where it has changed since an earlier `hello`, what a client keeps may be of somebody who was forgotten. */
  erasures: number;
  cameras: CameraSummary[];
  /** Faces in view, as of the event `seq`. */
  tracks: TrackSummary[];
}

/** A camera and its state. */
export interface CameraSummary {
  id: string;
  state: CameraState;
  /** Why it is not live; null where there is no fault. */
  message: string | null;
  /** The node of the cluster that watches it; null for none, and without a cluster. */
  node: string | null;
}

/** A face in view. */
export interface TrackSummary {
  id: string;
  camera: string;
  /** Where the face is, px of `frame`. */
  box: RoundBox;
  frame: Size;
  /** Media time, ms. */
  firstSeenMs: number;
  lastSeenMs: number;
  /** Frames in which the face was found. */
  frames: number;
  /** null while the name is open. */
  verdict: 'known' | 'ambiguous' | 'unknown' | 'unusable' | null;
  person: string | null;
}

/** An event. */
export type EventMessage = { type: 'event' } & SpotterEvent;

/** A camera's state has changed. */
export type CameraMessage = { type: 'camera' } & CameraSummary;

/** A person was forgotten: a client keeps nothing of them either. Sent to callers with the scope `people:read`. */
export interface ForgottenMessage {
  type: 'forgotten';
  person: string;
  /** As in `hello`, from now on. */
  erasures: number;
}

/** Sent once a second, to clients that ask for it. */
export interface StatsMessage {
  type: 'stats';
  cameras: {
    camera: string;
    /** Since spotter started: frames processed, and faces in them. */
    frames: number;
    faces: number;
    /** Faces in view. */
    tracks: number;
    /** To a tenth. */
    framesPerSecond: number;
  }[];
  /** Share of the workers' time in use, 0..1. */
  workerUtilization: number;
}

/** What a client asked for is not possible, or not as it asked. */
export interface ErrorMessage {
  type: 'error';
  code:
    | 'bad_message'
    | 'bad_filter'
    | 'unknown_person'
    | 'bad_since'
    | 'unknown_seq'
    | 'epoch_changed'
    | 'expired';
  /** One sentence or more. */
  message: string;
  /** On `expired`, `unknown_seq` and `epoch_changed`: `seq` of the oldest event in the log. */
  firstSeq?: number;
  /** On `epoch_changed`: the id of the log. */
  epoch?: string | null;
}

/** Everything that the server sends, by `type`. */
export type ServerMessage =
  | HelloMessage
  | EventMessage
  | CameraMessage
  | ForgottenMessage
  | StatsMessage
  | ErrorMessage;

/** What a client may send, at any time. A list that is empty or missing means all. */
export interface SubscribeMessage {
  type: 'subscribe';
  cameras?: string[];
  people?: string[];
  kinds?: EventKind[];
  /** Default false. */
  stats?: boolean;
}
