import { isRecording } from '../config/cameraSchema.js';
import type { CameraConfig } from '../config/schema.js';
import { type PeopleSettings, shownNameOf } from '../events/notify.js';

/** What an event does not have, for showing it to people. */
export interface EventContext {
  /** The display name of a person, else the name. */
  shownName: (person: string) => string;
  /** Whether a camera plays a recording, whose media time is what people look for. */
  isRecording: (camera: string) => boolean;
}

/** Reads the context from what is in use at the moment. */
export function eventContext(
  inUse: () => { cameras: readonly CameraConfig[]; people: PeopleSettings },
): EventContext {
  return {
    shownName: (person) => shownNameOf(inUse().people, person),
    isRecording: (camera) => inUse().cameras.some(({ id, url }) => id === camera && isRecording(url)),
  };
}
