import type { Size } from '../core/geometry.js';
import { type EventDraft, leftDraft, type TrackEnd, type TrackFields, trackDraft } from '../events/event.js';
import { geometricQuality, type QualityLimits } from '../face/quality.js';
import type { Frame } from '../image/cameraFrame.js';
import { isCorrected } from '../track/denial.js';
import { bestQuality } from '../track/evidence.js';
import type { Track, TrackEvent, TrackPolicy } from '../track/state.js';
import type { TrackBrief } from '../track/trackBrief.js';
import type { Verdict } from '../track/verdict.js';
import { roundBox, roundQuality, verdictFields } from './verdictFields.js';

const KIND_OF = { known: 'match', unknown: 'unknown', ambiguous: 'ambiguous' } as const;

/** The reason where somebody has said that a track is not the person that it looks like. */
const CORRECTED = 'corrected by hand: it is not the person that it looks like';

/** A track's id in events: unique per camera for as long as the daemon runs. */
export function trackId(camera: string, { number }: Track): string {
  return `${camera}-${number}`;
}

/** Where a track event comes from. */
export interface Origin {
  camera: string;
  /** The track's id. */
  track: string;
  /** The frame that led to the event. */
  frame: Frame;
  zones: string[];
  policy: TrackPolicy;
  limits: QualityLimits;
}

/** Converts an event of a track to one for the feed, rounded for people to read. @throws Error for an `unusable` verdict that is not a `left` */
export function toDraft(
  event: TrackEvent,
  { camera, track: id, frame, zones, policy, limits }: Origin,
): EventDraft {
  const { track } = event;
  const verdict = event.kind === 'appeared' ? null : event.verdict;
  const fields: TrackFields = {
    camera,
    track: id,
    ...(verdict && verdictFields(track.evidence, verdict, policy, limits)),
    ...(verdict && isCorrected(track, verdict) && { reason: CORRECTED }),
    box: roundBox(track.detection.box),
    frame: sizeOf(frame.image),
    quality: roundQuality(bestQuality(track.evidence) ?? geometricQuality(track.detection)),
    zones,
    mediaTimeMs: Math.round(frame.mediaTimeMs),
    capturedAtMs: frame.capturedAtMs,
  };
  switch (event.kind) {
    case 'appeared':
      return trackDraft('appeared', fields);
    case 'verdict':
      return trackDraft(kindOf(event.verdict), { ...fields, withdrawn: event.withdrawn });
    case 'left':
      return leftDraft(fields, endOf(track, event.verdict));
  }
}

/** The announced tracks as clients that join later see them. @param size of the last frame, px */
export function toBriefs(tracks: readonly Track[], camera: string, size: Size): TrackBrief[] {
  return tracks.filter((track) => track.announced).map((track) => toBrief(track, camera, size));
}

function toBrief(track: Track, camera: string, size: Size): TrackBrief {
  const { verdict } = track;
  return {
    id: trackId(camera, track),
    box: roundBox(track.detection.box),
    frame: sizeOf(size),
    firstSeenMs: Math.round(track.firstSeenMs),
    lastSeenMs: Math.round(track.lastSeenMs),
    frames: track.frames,
    verdict: verdict?.kind ?? null,
    person: verdict?.kind === 'known' ? verdict.match.person : null,
  };
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

function kindOf({ kind }: Verdict): (typeof KIND_OF)[keyof typeof KIND_OF] {
  if (kind === 'unusable') throw new Error('an unusable face is reported by its leaving, not by a verdict');
  return KIND_OF[kind];
}

function endOf({ firstSeenMs, lastSeenMs, frames }: Track, verdict: Verdict): TrackEnd {
  const reason = verdict.kind === 'unusable' ? verdict.reason : null;
  return {
    firstSeenMs: Math.round(firstSeenMs),
    lastSeenMs: Math.round(lastSeenMs),
    frames,
    verdict: verdict.kind,
    reason,
  };
}
