import type { Box, RoundBox, Size } from '../core/geometry.js';
import { roundedApart } from '../core/rounded.js';
import { type EventDraft, leftDraft, type TrackEnd, type TrackFields, trackDraft } from '../events/event.js';
import type { Match } from '../face/match.js';
import type { Quality } from '../face/quality.js';
import { geometricQuality, type QualityLimits } from '../face/quality.js';
import type { Frame } from '../image/cameraFrame.js';
import { bestQuality } from '../track/evidence.js';
import type { Explanation } from '../track/explain.js';
import { explain } from '../track/explain.js';
import { oddsOf, reasonOf } from '../track/reason.js';
import type { Track, TrackEvent, TrackPolicy } from '../track/state.js';
import type { TrackBrief } from '../track/trackBrief.js';
import type { Verdict } from '../track/verdict.js';
import { thresholdOf } from '../track/verdict.js';

const KIND_OF = { known: 'match', unknown: 'unknown', ambiguous: 'ambiguous' } as const;

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
  const match = verdict && verdict.kind !== 'unusable' ? verdict.match : null;
  const threshold = verdict && verdict.kind !== 'unusable' ? thresholdOf(match, policy) : null;
  const [similarity, least] = roundPair(match?.similarity ?? null, threshold);
  const fields: TrackFields = {
    camera,
    track: id,
    person: verdict?.kind === 'known' ? verdict.match.person : null,
    reason: verdict && reasonOf(track.evidence, verdict, policy),
    odds: verdict && significant(oddsOf(track.evidence, verdict, policy)),
    explain: verdict && roundExplanation(explain(track.evidence, verdict, policy, limits)),
    similarity,
    threshold: least,
    margin: match?.margin == null ? null : round(match.margin, 4),
    runnerUp: verdict?.kind === 'known' ? verdict.match.runnerUp : null,
    candidates: verdict?.kind === 'ambiguous' ? candidates(verdict.match) : null,
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

function roundBox({ x1, y1, x2, y2 }: Box): RoundBox {
  return [round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1)];
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

function candidates({ person, runnerUp }: Match): string[] {
  return runnerUp === null ? [person] : [person, runnerUp];
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** With four digits, or as many as keep a value on its side of its limit. */
function roundPair(value: number | null, limit: number | null): [number | null, number | null] {
  if (value !== null && limit !== null) return roundedApart(value, limit, 4);
  return [value === null ? null : round(value, 4), limit === null ? null : round(limit, 4)];
}

/** With two significant digits: odds span many orders of magnitude. */
function significant(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(2));
}

function roundExplanation(explanation: Explanation): Explanation {
  const checks = explanation.checks.map((check) => {
    const [value, limit] = roundPair(check.value, check.limit);
    return { ...check, value, limit };
  });
  return { ...explanation, checks };
}

/** Rounds the measures of a face; none is accurate to more digits. */
export function roundQuality(quality: Quality): Quality {
  return {
    ...quality,
    sizePx: round(quality.sizePx, 1),
    score: round(quality.score, 3),
    yawDeg: round(quality.yawDeg, 1),
    pitchDeg: round(quality.pitchDeg, 1),
    rollDeg: round(quality.rollDeg, 1),
    flatness: round(quality.flatness, 3),
    visibility: round(quality.visibility, 2),
    sharpness: quality.sharpness === null ? null : round(quality.sharpness, 3),
  };
}
