import { iou } from '../face/box.js';
import { cosine } from '../face/embedding.js';
import type { Detection, Match, Quality, UnusableReason, Verdict } from '../types.js';
import {
  type Evidence,
  type News,
  NO_EVIDENCE,
  type Track,
  type TrackerState,
  type TrackPolicy,
} from './state.js';
import { conclude, decide, isGoodLook, judgeLook } from './verdict.js';

/** Overlap or pause at which a face may be somebody else's: a cut in the film, a crossing, a jump. */
const DOUBTFUL_IOU = 0.5;
const DOUBTFUL_GAP_MS = 400;
/** At a slow frame rate a face may be away this many frames whatever `graceMs` says. */
const GRACE_FRAMES = 2;
/** Looks at the very beginning come on every frame: the sooner the name. */
const EAGER_LOOKS = 3;
const KEPT_LOOKS = 4;

/** A real face stays: it is told once it was found this often, or twice over this time. */
const STAYING_FRAMES = 3;
const STAYING_MS = 100;

/** A face of the frame, the track it belongs to, and whether it is worth looking at closely. */
export interface Sighting {
  /** null for a face too uncertain to begin a track with. */
  trackNumber: number | null;
  wantsLook: boolean;
}

export interface Followed {
  state: TrackerState;
  /** One a detection, in order. */
  sightings: Sighting[];
  news: News[];
}

/** What a close look at a face showed. */
export interface LookResult {
  trackNumber: number;
  /** With its sharpness. */
  quality: Quality;
  /** Why the face cannot be judged; null when it can. */
  unusable: UnusableReason | null;
  embedding: Float32Array | null;
  match: Match | null;
}

/**
 * Follows the faces of one frame: which track each belongs to, which are new, which have left.
 *
 * @param timeMs media time, never less than the frame's before
 */
export function follow(
  state: TrackerState,
  detections: readonly Detection[],
  timeMs: number,
  policy: TrackPolicy,
): Followed {
  const frameMs = state.lastFrameMs === null ? 0 : timeMs - state.lastFrameMs;
  const graceMs = Math.max(policy.graceMs, GRACE_FRAMES * frameMs);
  const alive = state.tracks.filter((track) => timeMs - track.lastSeenMs <= graceMs);
  const gone = state.tracks.filter((track) => timeMs - track.lastSeenMs > graceMs);
  const owners = associate(alive, detections, policy.minIou);
  let next = state.next;
  const tracks = new Map<number, Track>();
  for (const track of alive) tracks.set(track.number, { ...track, missed: track.missed + 1 });
  const sightings = detections.map((detection, index): Sighting => {
    const owner = owners.get(index);
    if (!owner && detection.score < policy.startScore) return { trackNumber: null, wantsLook: false };
    const track = owner ? seenAgain(owner, detection, timeMs) : newTrack(next++, detection, timeMs);
    tracks.set(track.number, track);
    return { trackNumber: track.number, wantsLook: isLookDue(track, timeMs, policy) };
  });
  return {
    state: { next, lastFrameMs: timeMs, tracks: [...tracks.values()] },
    sightings,
    news: gone.flatMap(farewell),
  };
}

/** Adds what the looks of this frame showed; says what has become certain by it. */
export function judge(
  state: TrackerState,
  looks: readonly LookResult[],
  timeMs: number,
  policy: TrackPolicy,
): { state: TrackerState; news: News[] } {
  const byTrack = new Map(looks.map((look) => [look.trackNumber, look]));
  const news: News[] = [];
  let next = state.next;
  const tracks = state.tracks.map((before) => {
    const look = byTrack.get(before.number);
    let track = before;
    if (look && isSomebodyElse(before, look, policy)) {
      news.push(...farewell({ ...before, ...before.doubt }));
      track = newTrack(next++, before.detection, timeMs);
    }
    if (look) track = lookedAt(track, look, timeMs, policy);
    const verdict =
      track.verdict ?? (look ? decide(track.evidence, timeMs - track.firstSeenMs, policy) : null);
    if (!track.announced && (stays(track) || verdict?.kind === 'known')) {
      track = { ...track, announced: true };
      news.push({ kind: 'appeared', track });
    }
    if (!track.verdict && verdict && track.announced) {
      track = { ...track, verdict };
      news.push({ kind: 'verdict', track, verdict });
    }
    return track;
  });
  return { state: { ...state, next, tracks }, news };
}

/** The end of the source: everybody leaves. The numbers go on, the clock may begin anew. */
export function finish(state: TrackerState): { state: TrackerState; news: News[] } {
  return { state: { ...state, lastFrameMs: null, tracks: [] }, news: state.tracks.flatMap(farewell) };
}

/** Greedy by overlap: the best pair first. Detection index to track. */
function associate(
  tracks: readonly Track[],
  detections: readonly Detection[],
  minIou: number,
): Map<number, Track> {
  const pairs = tracks.flatMap((track) =>
    detections.map((detection, index) => ({
      track,
      index,
      overlap: iou(track.detection.box, detection.box),
    })),
  );
  const owners = new Map<number, Track>();
  const taken = new Set<number>();
  for (const { track, index, overlap } of pairs.sort((a, b) => b.overlap - a.overlap)) {
    if (overlap < minIou || overlap === 0) break;
    if (owners.has(index) || taken.has(track.number)) continue;
    owners.set(index, track);
    taken.add(track.number);
  }
  return owners;
}

function newTrack(number: number, detection: Detection, timeMs: number): Track {
  return {
    number,
    detection,
    firstSeenMs: timeMs,
    lastSeenMs: timeMs,
    frames: 1,
    missed: 0,
    announced: false,
    lastLookMs: null,
    doubt: null,
    evidence: NO_EVIDENCE,
    verdict: null,
  };
}

function seenAgain(track: Track, detection: Detection, timeMs: number): Track {
  const jumped = iou(track.detection.box, detection.box) < DOUBTFUL_IOU;
  const paused = timeMs - track.lastSeenMs > DOUBTFUL_GAP_MS;
  const before = { lastSeenMs: track.lastSeenMs, frames: track.frames };
  return {
    ...track,
    detection,
    lastSeenMs: timeMs,
    frames: track.frames + 1,
    missed: 0,
    doubt: track.doubt ?? (jumped || paused ? before : null),
  };
}

function stays({ frames, firstSeenMs, lastSeenMs }: Track): boolean {
  return frames >= STAYING_FRAMES || (frames >= 2 && lastSeenMs - firstSeenMs >= STAYING_MS);
}

function isLookDue(track: Track, timeMs: number, policy: TrackPolicy): boolean {
  if (track.lastLookMs === null || track.doubt) return true;
  if (!track.verdict && track.evidence.usable < EAGER_LOOKS) return true;
  const everyMs = track.verdict ? policy.relookEveryMs : policy.lookEveryMs;
  return timeMs - track.lastLookMs >= everyMs;
}

/** Only asked where the picture gives a reason: over a longer time one face may look less like itself than like others. */
function isSomebodyElse(track: Track, { embedding }: LookResult, policy: TrackPolicy): boolean {
  if (!track.doubt || !embedding || track.evidence.recent.length === 0) return false;
  return track.evidence.recent.every((before) => cosine(before, embedding) < policy.sameFace);
}

function lookedAt(track: Track, look: LookResult, timeMs: number, policy: TrackPolicy): Track {
  const evidence = addLook(track.evidence, look, policy);
  return { ...track, evidence, lastLookMs: timeMs, doubt: look.unusable === null ? null : track.doubt };
}

function addLook(evidence: Evidence, look: LookResult, policy: TrackPolicy): Evidence {
  if (look.unusable !== null || !look.embedding)
    return { ...evidence, unusable: look.unusable ?? 'bad_landmarks' };
  const verdict = judgeLook(look.match, policy);
  const people = new Map(evidence.people);
  if (verdict.kind === 'known') {
    const { person, similarity } = verdict.match;
    const known = people.get(person);
    const best = known && known.best.similarity >= similarity ? known.best : verdict.match;
    people.set(person, { looks: (known?.looks ?? 0) + 1, best });
  }
  const nearer = (look.match?.similarity ?? -1) > (evidence.nearest?.match?.similarity ?? -1);
  return {
    usable: evidence.usable + 1,
    good: evidence.good + (isGoodLook(look.quality) ? 1 : 0),
    ambiguous: evidence.ambiguous + (verdict.kind === 'ambiguous' ? 1 : 0),
    people,
    nearest: nearer || !evidence.nearest ? { match: look.match, quality: look.quality } : evidence.nearest,
    unusable: evidence.unusable,
    recent: [look.embedding, ...evidence.recent].slice(0, KEPT_LOOKS),
  };
}

/**
 * What is told when a track has ended. A verdict that was still open comes before the leaving; a flicker, found once or
 * twice and then missed in as many frames as would have confirmed it, is not told at all.
 */
function farewell(track: Track): News[] {
  if (!track.announced) {
    if (track.missed >= STAYING_FRAMES) return [];
    return [{ kind: 'appeared', track }, ...farewell({ ...track, announced: true })];
  }
  if (track.verdict) return [{ kind: 'left', track, verdict: atBest(track.verdict, track.evidence) }];
  const verdict = conclude(track.evidence);
  const told = verdict.kind === 'unusable' ? [] : [{ kind: 'verdict' as const, track, verdict }];
  return [...told, { kind: 'left', track, verdict }];
}

/** The verdict with the clearest look there was, before or after it was told. */
function atBest(verdict: Verdict, { people }: Evidence): Verdict {
  if (verdict.kind !== 'known') return verdict;
  return { kind: 'known', match: people.get(verdict.match.person)?.best ?? verdict.match };
}
