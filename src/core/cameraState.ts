/**
 * The states of a camera. `stopped` is final: a recording has ended, or the daemon stops. `waiting` is a camera of a cluster that this node
 * does not watch. All other states are retried.
 */
export const CAMERA_STATES = [
  'connecting',
  'live',
  'reopening',
  'stalled',
  'auth_failed',
  'unreachable',
  'no_video',
  'quarantined',
  'waiting',
  'stopped',
] as const;

/** One of {@link CAMERA_STATES}. */
export type CameraState = (typeof CAMERA_STATES)[number];
