import type { EventDraft } from './event.js';

/** A draft of nobody's face in particular; whoever tells it puts in what it knows. */
export const BARE_DRAFT: Omit<EventDraft, 'kind' | 'camera' | 'capturedAtMs'> = {
  track: null,
  person: null,
  displayName: null,
  withdrawn: null,
  notify: false,
  explain: null,
  similarity: null,
  threshold: null,
  margin: null,
  runnerUp: null,
  candidates: null,
  box: null,
  frame: null,
  quality: null,
  zones: [],
  mediaTimeMs: null,
  ended: null,
  gap: null,
  visit: null,
  snapshotKey: null,
};
