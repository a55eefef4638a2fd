import type { RoundBox, Size } from '../core/geometry.js';
import type { VerdictKind } from './verdict.js';

/** A track after a frame, for clients that join later. */
export interface TrackBrief {
  id: string;
  box: RoundBox;
  frame: Size;
  /** Media time, as is lastSeenMs. */
  firstSeenMs: number;
  lastSeenMs: number;
  frames: number;
  /** null while the name is open. */
  verdict: VerdictKind | null;
  /** null unless the verdict is a name. */
  person: string | null;
}
