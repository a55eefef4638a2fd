import type { Detection } from '../face/detection.js';
import type { Match } from '../face/match.js';
import type { Odds } from '../face/odds.js';
import type { Quality, UnusableReason } from '../face/quality.js';
import type { Motion } from './kalman.js';
import type { Verdict } from './verdict.js';

/** When faces belong to one track, when they are looked at, and when they get a name. See docs/configuration.md. */
export interface TrackPolicy {
  /** Cosine similarity from which a face is a person, -1..1; a person's own threshold takes precedence. */
  threshold: number;
  /** Least difference to the second most similar person, 0..2. */
  margin: number;
  /** How likely a name is wrong; null: threshold and margin alone decide. See policyFor for the threshold. */
  odds: Odds | null;
  /** Detection score from which a face begins a track, 0..1. */
  startScore: number;
  /** Least overlap with the predicted box, as intersection over union, 0..1. */
  minIou: number;
  /** A track ends when its face was not found for this long, ms. */
  graceMs: number;
  /** A live source that is away for no longer than this, ms, ends no track. */
  reconnectMs: number;
  /** Looks that must agree on a name, from 1. */
  confirmLooks: number;
  /** One look is enough for a name when it exceeds the threshold by this, 0..2. */
  sureBy: number;
  /** A face that nobody matches is unknown after this, ms, even without good looks. */
  unknownAfterMs: number;
  /** Time between looks while the name is open, and when a clearly better view comes, ms. */
  lookEveryMs: number;
  /** Time between looks once there is a verdict, ms. */
  relookEveryMs: number;
  /** Two looks shortly after one another that are less similar than this cannot be one face, -1..1. */
  sameFace: number;
}

/** One usable look at a face. */
export interface KeptLook {
  /** Of length 1. */
  embedding: Float32Array;
  /** Above 0, up to 1; see lookWeight in face/quality. */
  weight: number;
  quality: Quality;
  match: Match | null;
  /** Media time of the frame. */
  timeMs: number;
}

/** What the looks at a face have shown so far. */
export interface Evidence {
  /** Number of looks taken, and of those that could be judged. */
  looks: number;
  usable: number;
  /** The best of the usable looks, oldest first; every verdict rests on them. */
  kept: readonly KeptLook[];
  /** Embeddings of the last looks, newest first: how this face looked a moment ago. */
  recent: readonly Float32Array[];
  /** The most similar person to the weighted sum of all looks; null while it was not compared, or without people. */
  combined: Match | null;
  /** Reason and quality of the last unusable look; null without one. */
  failed: { reason: UnusableReason; quality: Quality } | null;
}

/**
 * Why a box may hold another face than before. `change`: the picture has changed as at a cut, but the frames are too far apart to
 * tell, and the face is where expected.
 */
export type DoubtReason = 'cut' | 'change' | 'contested' | 'jump' | 'pause' | 'beside';

/** Where a track was last found, and how often until then. */
export interface Whereabouts {
  detection: Detection;
  motion: Motion;
  lastSeenMs: number;
  frames: number;
  /**
   * Of these frames, those with a detection that could have begun the track: how many, and the media time of the last; before the first
   * one, that at which the track began.
   */
  certain: { frames: number; lastMs: number };
  /** Time since then in which the source gave no frames, ms: nobody could see it. */
  unwatchedMs: number;
}

/** A look that showed another face than those before, and where; it is set aside until another one has decided. */
export interface Suspicion extends Whereabouts {
  look: LookResult;
}

/** One face tracked from frame to frame. Times are media time in ms. */
export interface Track extends Whereabouts {
  number: number;
  firstSeenMs: number;
  /** Frames since it was last found. */
  missed: number;
  /** Whether `appeared` was emitted; before, it may be a flicker of the detector. */
  announced: boolean;
  /** null before the first look. */
  lastLookMs: number | null;
  /** Set while it may be another face than before, until the next usable look: the position before the doubt. */
  doubt: ({ reason: DoubtReason } & Whereabouts) | null;
  /** Where it was at the last usable look, which showed its face; null before the first. */
  confirmed: Whereabouts | null;
  /** Set while the last usable look showed somebody else. */
  suspicion: Suspicion | null;
  evidence: Evidence;
  /** The gallery has changed since the verdict. */
  revised: boolean;
  /** As reported; null while the name is open. */
  verdict: Verdict | null;
  /** Every name reported for this track; no name is reported twice. */
  reported: readonly string[];
  /** People whom somebody has said that it is not. */
  denied: readonly string[];
}

/** All tracks of one camera at a moment. Immutable. */
export interface TrackerState {
  /** Number of the next track, from 1. */
  next: number;
  /** Media time of the last frame; null before the first. */
  lastFrameMs: number | null;
  /** Version of the gallery that the evidence was compared with; null before the first. */
  gallery: number | null;
  tracks: readonly Track[];
}

/** The state before the first frame. */
export const EMPTY_STATE: TrackerState = { next: 1, lastFrameMs: null, gallery: null, tracks: [] };

/** The evidence before the first look. */
export const NO_EVIDENCE: Evidence = {
  looks: 0,
  usable: 0,
  kept: [],
  recent: [],
  combined: null,
  failed: null,
};

/** The result of a look: a face that was cut, judged, embedded and compared. */
export interface LookResult {
  trackNumber: number;
  /** Includes sharpness. */
  quality: Quality;
  /** Why the face cannot be judged; null when it can. */
  unusable: UnusableReason | null;
  embedding: Float32Array | null;
  match: Match | null;
  /** The most similar person to the weighted sum of this look and all before it; null where it was not compared. */
  combined: Match | null;
}

/** An event in the life of a track. `withdrawn` is the name that was reported before and no longer holds. */
export type TrackEvent =
  | { kind: 'appeared'; track: Track }
  | { kind: 'verdict'; track: Track; verdict: Verdict; withdrawn: string | null }
  | { kind: 'left'; track: Track; verdict: Verdict };
