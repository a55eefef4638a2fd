import type { Size } from '../core/geometry.js';
import type { DropReason } from '../image/cameraFrame.js';
import type { TrackBrief } from '../track/trackBrief.js';
import type { Verdict } from '../track/verdict.js';
import type { Detected, Looked } from '../worker/protocol.js';

/** The stages a frame goes through; label values of a metric. */
export const STAGES = ['queue', 'detect', 'track', 'align', 'embed', 'match', 'total'] as const;

/** One of {@link STAGES}. */
export type Stage = (typeof STAGES)[number];

/** One per frame, for measurements. */
export interface FrameReport {
  camera: string;
  /** null for a frame that was not searched for faces. */
  mediaTimeMs: number | null;
  outcome: 'processed' | 'dropped' | 'failed';
  /** Why a frame was dropped; null for any other outcome. */
  dropped: DropReason | null;
  /** true when nothing had moved, so that the frame was not searched for faces. */
  unchanged: boolean;
  /** Duration of each stage that the frame went through, ms. */
  stageMs: Partial<Record<Stage, number>>;
  /** One per face in the frame. */
  verdicts: Verdict[];
  /** Tracks alive after the frame that have been announced. */
  tracks: TrackBrief[];
  /** Faces whose embedding was computed for this frame. */
  embedded: number;
  /** Size of the last frame, px; null before the first. */
  size: Size | null;
}

/** A report within the process that made it; the anatomy is for the benches and is not sent to the supervisor. */
export interface MeasuredReport extends FrameReport {
  /** null for a frame that was not searched for faces. */
  anatomy: Anatomy | null;
}

/** The work of the workers on one frame, in finer steps than the stages, ms. */
export interface Anatomy {
  fitMs: number;
  detectModelMs: number;
  decodeMs: number;
  alignMs: number;
  embedModelMs: number;
  matchMs: number;
}

/** What searching a frame took and gave. */
export interface FrameWork {
  mediaTimeMs: number;
  detect: Detected['timing'];
  /** From the request of the detection to its result, ms. */
  detectTotalMs: number;
  /** null when no face was looked at. */
  look: Looked['timing'] | null;
  /** Tracking and judging, ms. */
  trackMs: number;
  /** From the arrival of the frame, ms. */
  totalMs: number;
  /** One per face in the frame. */
  verdicts: Verdict[];
  embedded: number;
}

/** What became of a frame. */
export type FrameOutcome =
  | { kind: 'searched'; work: FrameWork }
  /** Nothing had moved, so it was not searched for faces. */
  | { kind: 'unchanged' }
  | { kind: 'dropped'; reason: DropReason }
  | { kind: 'failed' };

/** Builds the report on a frame. @param tracks the announced tracks alive after it @param size of the last frame, px */
export function buildFrameReport(
  camera: string,
  outcome: FrameOutcome,
  tracks: TrackBrief[],
  size: Size | null = null,
): MeasuredReport {
  const work = outcome.kind === 'searched' ? outcome.work : null;
  const anatomy = work && anatomyOf(work);
  return {
    camera,
    mediaTimeMs: work?.mediaTimeMs ?? null,
    outcome: outcome.kind === 'searched' || outcome.kind === 'unchanged' ? 'processed' : outcome.kind,
    dropped: outcome.kind === 'dropped' ? outcome.reason : null,
    unchanged: outcome.kind === 'unchanged',
    stageMs: work && anatomy ? stagesOf(work, anatomy) : {},
    verdicts: work?.verdicts ?? [],
    tracks,
    embedded: work?.embedded ?? 0,
    size,
    anatomy,
  };
}

function anatomyOf({ detect, look }: FrameWork): Anatomy {
  return {
    fitMs: detect.fitMs,
    detectModelMs: detect.modelMs,
    decodeMs: detect.decodeMs,
    alignMs: look?.alignMs ?? 0,
    embedModelMs: look?.modelMs ?? 0,
    matchMs: look?.matchMs ?? 0,
  };
}

function stagesOf(
  { detectTotalMs, look, trackMs, totalMs }: FrameWork,
  anatomy: Anatomy,
): FrameReport['stageMs'] {
  const detect = anatomy.fitMs + anatomy.detectModelMs + anatomy.decodeMs;
  return {
    queue: Math.max(0, detectTotalMs - detect),
    detect,
    track: trackMs,
    ...(look && { align: look.alignMs, embed: look.modelMs, match: look.matchMs }),
    total: totalMs,
  };
}
