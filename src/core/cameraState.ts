/** How a camera is doing. `stopped` is for good: a recording has ended, or the daemon ends. All others are tried again. */
export const CAMERA_STATES = [
  'connecting',
  'live',
  'stalled',
  'auth_failed',
  'unreachable',
  'no_video',
  'quarantined',
  'stopped',
] as const;

export type CameraState = (typeof CAMERA_STATES)[number];
