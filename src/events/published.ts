/** What a program that receives events imports: `import type { SpotterEvent } from 'spotter-daemon/events'`. */
export { EVENT_KINDS, type EventKind, type SpotterEvent } from './event.js';
export type {
  CameraMessage,
  CameraSummary,
  ErrorMessage,
  EventMessage,
  ForgottenMessage,
  HelloMessage,
  ServerMessage,
  StatsMessage,
  SubscribeMessage,
  TrackSummary,
} from './messages.js';
