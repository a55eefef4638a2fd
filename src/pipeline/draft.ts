import { geometricQuality } from '../face/quality.js';
import type { News, TrackPolicy } from '../track/state.js';
import type { EventDraft, EventKind, Frame, Match, Quality, Verdict } from '../types.js';

const KIND_OF: Record<Exclude<Verdict['kind'], 'unusable'>, EventKind> = {
  known: 'match',
  unknown: 'unknown',
  ambiguous: 'ambiguous',
};

/** News of a track as an event for the feed; `frame` is the one in which it became known. */
export function toDraft(
  news: News,
  camera: string,
  trackId: string,
  frame: Frame,
  policy: TrackPolicy,
): EventDraft {
  const { track } = news;
  const { box } = track.detection;
  const verdict = news.kind === 'appeared' ? null : news.verdict;
  const match = verdict && verdict.kind !== 'unusable' ? verdict.match : null;
  return {
    kind: kindOf(news),
    camera,
    track: trackId,
    person: verdict?.kind === 'known' ? verdict.match.person : null,
    similarity: match && round(match.similarity, 4),
    threshold: verdict && verdict.kind !== 'unusable' ? policy.threshold : null,
    margin: match?.margin == null ? null : round(match.margin, 4),
    runnerUp: verdict?.kind === 'known' ? verdict.match.runnerUp : null,
    candidates: verdict?.kind === 'ambiguous' ? candidates(verdict.match) : null,
    box: [round(box.x1, 1), round(box.y1, 1), round(box.x2, 1), round(box.y2, 1)],
    frame: { width: frame.image.width, height: frame.image.height },
    quality: roundQuality(track.evidence.nearest?.quality ?? geometricQuality(track.detection)),
    mediaTimeMs: frame.mediaTimeMs,
    capturedAtMs: frame.capturedAtMs,
    ended:
      news.kind === 'left'
        ? {
            firstSeenMs: track.firstSeenMs,
            lastSeenMs: track.lastSeenMs,
            frames: track.frames,
            verdict: news.verdict.kind,
            reason: news.verdict.kind === 'unusable' ? news.verdict.reason : null,
          }
        : null,
  };
}

function kindOf(news: News): EventKind {
  if (news.kind !== 'verdict') return news.kind;
  if (news.verdict.kind === 'unusable')
    throw new Error('an unusable face is told by its leaving, not by a verdict');
  return KIND_OF[news.verdict.kind];
}

function candidates({ person, runnerUp }: Match): string[] {
  return runnerUp === null ? [person] : [person, runnerUp];
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** For people to read: no measure of a face is good to more digits. */
export function roundQuality(quality: Quality): Quality {
  return {
    ...quality,
    sizePx: round(quality.sizePx, 1),
    score: round(quality.score, 3),
    yawDeg: round(quality.yawDeg, 1),
    pitchDeg: round(quality.pitchDeg, 1),
    rollDeg: round(quality.rollDeg, 1),
    flatness: round(quality.flatness, 3),
    sharpness: quality.sharpness === null ? null : round(quality.sharpness, 3),
  };
}
