import type { Detection } from '../face/detection.js';
import type { Match } from '../face/match.js';
import type { Quality, UnusableReason } from '../face/quality.js';
import type { Motion } from './kalman.js';
import type { Verdict } from './verdict.js';

/** When faces are one, when they are looked at, and when they get a name; see docs/configuration.md for each. */
export interface TrackPolicy {
  /** Cosine, -1..1; a person's own comes before it. */
  threshold: number;
  /** Cosine difference, 0..2. */
  margin: number;
  /** Detection score, 0..1. */
  startScore: number;
  minIou: number;
  graceMs: number;
  confirmLooks: number;
  sureBy: number;
  unknownAfterMs: number;
  lookEveryMs: number;
  relookEveryMs: number;
  /** Cosine under which two looks, shortly after one another, cannot be one face. */
  sameFace: number;
}

/** One usable look at a face. */
export interface KeptLook {
  embedding: Float32Array;
  /** What it counts, over 0 to 1; see face/quality. */
  weight: number;
  quality: Quality;
  match: Match | null;
}

/** What the looks at a face have shown so far. */
export interface Evidence {
  /** Looks taken, and those of them that could be judged. */
  looks: number;
  usable: number;
  /** The best of the usable looks, oldest first: what every verdict rests on. */
  kept: readonly KeptLook[];
  /** Embeddings of the last looks, newest first: who this face was a moment ago. */
  recent: readonly Float32Array[];
  /** The nearest person to all looks together, weighted; null while they have not been compared, or without people. */
  combined: Match | null;
  /** The last look that could not be used, and why. */
  failed: { reason: UnusableReason; quality: Quality } | null;
}

/** Why a box may hold another face than before. */
export type DoubtReason = 'cut' | 'contested' | 'jump' | 'pause';

/** Where a track was, and how often it had been found until then. */
export interface Whereabouts {
  detection: Detection;
  motion: Motion;
  lastSeenMs: number;
  frames: number;
}

/** One face followed from frame to frame. Times are media time in ms. */
export interface Track extends Whereabouts {
  number: number;
  firstSeenMs: number;
  /** Frames since then in which it was not. */
  missed: number;
  /** Its appearing has been told; before, it may be a flicker of the detector. */
  announced: boolean;
  lastLookMs: number | null;
  /** Set while it may be another face than before, until the next usable look: how things stood before the doubt. */
  doubt: ({ reason: DoubtReason } & Whereabouts) | null;
  evidence: Evidence;
  /** The gallery has changed since the verdict. */
  revised: boolean;
  /** As told; null while the name is open. */
  verdict: Verdict | null;
  /** Everybody whom this track has been told to be: nobody is told twice. */
  reported: readonly string[];
}

export interface TrackerState {
  /** Number of the next track, from 1. */
  next: number;
  /** Media time of the last frame; null before the first. */
  lastFrameMs: number | null;
  /** The gallery that the evidence was compared with; null before the first. */
  gallery: number | null;
  tracks: readonly Track[];
}

export const EMPTY_STATE: TrackerState = { next: 1, lastFrameMs: null, gallery: null, tracks: [] };

export const NO_EVIDENCE: Evidence = {
  looks: 0,
  usable: 0,
  kept: [],
  recent: [],
  combined: null,
  failed: null,
};

/** What a close look at a face showed. */
export interface LookResult {
  trackNumber: number;
  /** With its sharpness. */
  quality: Quality;
  /** Why the face cannot be judged; null when it can. */
  unusable: UnusableReason | null;
  embedding: Float32Array | null;
  match: Match | null;
  /** The nearest person to this look and all before it together; null where they were not compared. */
  combined: Match | null;
}

/** Something worth telling about a track. `withdrawn` is the name that was told before and holds no longer. */
export type TrackEvent =
  | { kind: 'appeared'; track: Track }
  | { kind: 'verdict'; track: Track; verdict: Verdict; withdrawn: string | null }
  | { kind: 'left'; track: Track; verdict: Verdict };
