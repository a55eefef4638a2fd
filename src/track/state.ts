import type { Detection, Match, Quality, UnusableReason, Verdict } from '../types.js';

/** When faces are one, when they are looked at, and when they get a name; see docs/configuration.md for each. */
export interface TrackPolicy {
  /** Cosine, -1..1. */
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

/** What the looks at a face have shown so far. */
export interface Evidence {
  /** Looks that could be judged, and those of them that were good enough to call somebody unknown by. */
  usable: number;
  good: number;
  /** Looks in which two people were too close to call. */
  ambiguous: number;
  /** A name each: how often a look was clear, and the clearest. */
  people: ReadonlyMap<string, { looks: number; best: Match }>;
  /** The look nearest to anybody, and its quality. */
  nearest: { match: Match | null; quality: Quality } | null;
  /** Why the last look could not be used, when it could not. */
  unusable: UnusableReason | null;
  /** Embeddings of the last looks, newest first: who this face was a moment ago. */
  recent: readonly Float32Array[];
}

/** One face followed from frame to frame. Times are media time in ms. */
export interface Track {
  number: number;
  detection: Detection;
  firstSeenMs: number;
  lastSeenMs: number;
  /** Frames in which the face was found. */
  frames: number;
  /** Frames since then in which it was not. */
  missed: number;
  /** Its appearing has been told; before, it may be a flicker of the detector. */
  announced: boolean;
  lastLookMs: number | null;
  /** Set while it may be another face than before, until the next usable look: how things stood before the doubt. */
  doubt: { lastSeenMs: number; frames: number } | null;
  evidence: Evidence;
  /** Told once; null while the name is open. */
  verdict: Verdict | null;
}

export interface TrackerState {
  /** Number of the next track, from 1. */
  next: number;
  /** Media time of the last frame; null before the first. */
  lastFrameMs: number | null;
  tracks: readonly Track[];
}

export const EMPTY_STATE: TrackerState = { next: 1, lastFrameMs: null, tracks: [] };

export const NO_EVIDENCE: Evidence = {
  usable: 0,
  good: 0,
  ambiguous: 0,
  people: new Map(),
  nearest: null,
  unusable: null,
  recent: [],
};

/** Something worth telling about a track. */
export type News =
  | { kind: 'appeared'; track: Track }
  | { kind: 'verdict'; track: Track; verdict: Verdict }
  | { kind: 'left'; track: Track; verdict: Verdict };
