import type { DropReason } from '../image/cameraFrame.js';
import type { TrackBrief } from '../track/trackBrief.js';
import type { Verdict } from '../track/verdict.js';

/** The stages of a frame's way; the metric's label values. */
export const STAGES = ['queue', 'detect', 'track', 'align', 'embed', 'match', 'total'] as const;

export type Stage = (typeof STAGES)[number];

/** One a frame, for whoever measures. */
export interface FrameReport {
  camera: string;
  mediaTimeMs: number | null;
  outcome: 'processed' | 'dropped' | 'failed';
  /** Set on `dropped` only. */
  dropped: DropReason | null;
  /** true when nothing had moved, so that no faces were searched. */
  unchanged: boolean;
  /** Milliseconds of each stage that the frame went through. */
  stageMs: Partial<Record<Stage, number>>;
  /** One a face found in the frame. */
  verdicts: Verdict[];
  /** Tracks alive after the frame that have been told of. */
  tracks: TrackBrief[];
  /** Faces whose embedding was computed for this frame. */
  embedded: number;
}

/** A report as the process that made it has it; the anatomy is for the benches and stays there. */
export interface MeasuredReport extends FrameReport {
  /** null for a frame in which no faces were searched. */
  anatomy: Anatomy | null;
}

/** Finer than the stages: where a frame's work in the workers went, for the measurements. */
export interface Anatomy {
  fitMs: number;
  detectModelMs: number;
  decodeMs: number;
  alignMs: number;
  embedModelMs: number;
  matchMs: number;
}
