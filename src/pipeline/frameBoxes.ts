import type { Size } from '../core/geometry.js';
import type { Track } from '../track/state.js';
import type { VerdictKind } from '../track/verdict.js';
import { trackId } from './trackEvents.js';

/** A face in a frame, to be drawn over it. */
export interface FrameBox {
  /** The track's id. */
  track: string;
  /** Fractions of the frame, 0..1. */
  box: [x1: number, y1: number, x2: number, y2: number];
  /** null while the name is open. */
  verdict: VerdictKind | null;
  /** null unless the verdict is a name. */
  person: string | null;
  /** Of the most similar person, -1..1; null where nobody was compared. */
  similarity: number | null;
}

/** The announced faces that were found in the last searched frame. @param size of the frame, px */
export function boxesOf(tracks: readonly Track[], camera: string, { width, height }: Size): FrameBox[] {
  return tracks
    .filter(({ announced, missed }) => announced && missed === 0)
    .map((track) => {
      const { verdict, detection } = track;
      const { x1, y1, x2, y2 } = detection.box;
      const match = verdict && verdict.kind !== 'unusable' ? verdict.match : null;
      return {
        track: trackId(camera, track),
        box: [fraction(x1 / width), fraction(y1 / height), fraction(x2 / width), fraction(y2 / height)],
        verdict: verdict?.kind ?? null,
        person: verdict?.kind === 'known' ? verdict.match.person : null,
        similarity: match && Number(match.similarity.toFixed(4)),
      };
    });
}

function fraction(value: number): number {
  return Number(Math.min(1, Math.max(0, value)).toFixed(4));
}
