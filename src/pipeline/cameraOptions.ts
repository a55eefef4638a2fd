import type { Size } from '../core/geometry.js';
import type { EventDraft } from '../events/event.js';
import type { Detection } from '../face/detection.js';
import type { LookedFace } from '../face/faceMark.js';
import type { Quality, QualityLimits } from '../face/quality.js';
import type { Frame } from '../image/cameraFrame.js';
import type { Image } from '../image/image.js';
import type { Track, TrackPolicy } from '../track/state.js';
import type { FaceSearchOptions } from './faceSearch.js';
import type { FaceEngine, People } from './frame.js';
import type { MeasuredReport } from './frameReport.js';

/** What a camera works with, and what it calls. A callback that throws ends the camera. */
export interface CameraOptions extends Pick<FaceSearchOptions, 'reach'> {
  id: string;
  quality: QualityLimits;
  policy: TrackPolicy;
  faceEngine: FaceEngine;
  /** Grants turns in the worker pool; calling the function returns the turn. See {@link FrameScheduler}. */
  scheduler: { acquire(camera: string, newestAtMs?: () => number): Promise<() => void> };
  /** Whether a live frame has changed enough to be searched; `followed` is true while a face is tracked. */
  gate: { isOpen(image: Image, timeMs: number, followed: boolean): boolean };
  /** Which faces to ignore, because they are in a mask, and in which zones a face is. */
  area: {
    isSeen(detection: Detection, size: Size): boolean;
    zonesOf(detection: Detection, size: Size): string[];
  };
  /** Called once per frame, so that a new gallery applies from the next frame on. */
  people: () => People;
  /** Keeps the best picture per track id, where pictures are wanted. The image changes after the call. */
  album?: {
    look(image: Image, looks: readonly { track: string; face: LookedFace; quality: Quality }[]): void;
    keepOnly(tracks: ReadonlySet<string>): void;
  };
  /** Number of the first track, from 1. */
  firstTrack: number;
  /** `sinceMs` is the monotonic time at which the frame that led to the event arrived; null when the source has ended. */
  onEvent: (draft: EventDraft, sinceMs: number | null) => void;
  onReport: (report: MeasuredReport) => void;
  /** Called once when the faces prove to be upside down. */
  onUpsideDown?: (() => void) | undefined;
  /**
   * Receives every track after each frame, for scoring and drawing in this process. `isSearched` is false where nothing had moved,
   * so that the tracks are those of the frame before.
   */
  onFrame?: ((frame: Frame, tracks: readonly Track[], isSearched: boolean) => void) | undefined;
}
