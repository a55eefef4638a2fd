import type { TrackBrief } from '../../src/track/trackBrief.js';

/** A track at the door whose name is open. */
export function openTrack(id: string): TrackBrief {
  return {
    id,
    box: [0, 0, 1, 1],
    frame: { width: 1, height: 1 },
    firstSeenMs: 0,
    lastSeenMs: 0,
    frames: 1,
    verdict: null,
    person: null,
  };
}
