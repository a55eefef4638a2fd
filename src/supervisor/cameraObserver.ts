import type { CameraState } from '../core/cameraState.js';
import type { FrameReport } from '../pipeline/frameReport.js';

/** Callbacks for changes of the configured cameras; implement those that you need. */
export interface CameraObserver {
  /**
   * A camera has been added, or its state has changed.
   *
   * @param message why it is not live; null when there is no fault
   * @param node the node of the cluster that watches it; null for none, and without a cluster
   */
  cameraState?(id: string, state: CameraState, message: string | null, node?: string | null): void;
  /** A camera is no longer configured. */
  cameraRemoved?(id: string): void;
  /** One frame of a configured camera has been processed, dropped, or has failed. */
  frame?(report: FrameReport): void;
  /** A connection to a camera is made again. @param reason an error code */
  cameraRestarted?(id: string, reason: string): void;
}
