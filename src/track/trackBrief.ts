import type { RoundBox, Size } from '../core/geometry.js';
import type { VerdictKind } from './verdict.js';

/** A track as it stands after a frame, for whoever joins later. */
export interface TrackBrief {
  id: string;
  box: RoundBox;
  frame: Size;
  /** Media time in ms. */
  firstSeenMs: number;
  lastSeenMs: number;
  frames: number;
  /** null while the name is open. */
  verdict: VerdictKind | null;
  person: string | null;
}
