import type { CameraViews } from './cameraRoutes.js';
import type { EventViews, StoredQuery } from './eventRoutes.js';
import type { LetterViews } from './letterRoutes.js';
import type { StoredEvent } from './replay.js';
import type { LogState } from './resume.js';

/** The data behind the API. Everything that reads the log throws while the log is not open. */
export interface ApiViews extends EventViews, CameraViews, LetterViews {}

/** What the API needs from the event log; see {@link ApiViews} for each member. */
export interface LogViews {
  readonly state: LogState;
  find: (query: StoredQuery, explain: boolean) => StoredEvent[];
  event: ApiViews['event'];
  list: ApiViews['deadLetters'];
}

/** Makes the views of an event log. @param cameras the state of each camera @param selectable see {@link EventViews} */
export function viewsOf(
  log: LogViews,
  cameras: ApiViews['cameras'],
  selectable?: ApiViews['selectable'],
): ApiViews {
  return {
    log: () => log.state,
    find: (query) => log.find(query, query.explain),
    event: (seq, explain) => log.event(seq, explain),
    cameras,
    selectable,
    deadLetters: (before, limit) => log.list(before, limit),
  };
}
