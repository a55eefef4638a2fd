import type { SpotterError } from '../core/errors.js';
import type { Complaint } from './complaints.js';
import { noKeyframe, noPictureYet, stalled } from './liveFault.js';
import { keyframeNotice } from './liveNotices.js';
import { Watchdog } from './watchdog.js';

/** Time limits of {@link PictureDeadline}, what it needs to know, and what it calls. */
export interface PictureDeadlineOptions {
  cameraId: string;
  /** Without a frame for this long from the start, the source is unreachable. */
  connectMs: number;
  /** While video arrives, but none that can be decoded, a keyframe is waited for this long from the start. */
  keyframeMs: number;
  /** Without a frame for this long after the first, the source is stalled. */
  frameAgeMs: number;
  /** Most frames per second; null for all. */
  fps: number | null;
  /** Name of the source, without credentials. */
  name: () => string;
  /** Whether video arrives, and what ffmpeg complains of most, without credentials. */
  progress: () => { sendsVideo: boolean; complaint: Complaint | null };
  onNotice: (message: string) => void;
  /** Called once, with the error of the source. */
  onLate: (error: SpotterError) => void;
}

/** Decides when a live source has kept us waiting for a frame for too long. */
export class PictureDeadline {
  readonly #options: PictureDeadlineOptions;
  readonly #watchdog = new Watchdog((limitMs) => this.#late(limitMs));
  #hasFrames = false;
  #waitsForKeyframe = false;

  constructor(options: PictureDeadlineOptions) {
    this.#options = options;
  }

  /** Starts, or starts anew: no frame has arrived. */
  begin(): void {
    this.#hasFrames = false;
    this.#waitsForKeyframe = false;
    this.#watchdog.watch(this.#options.connectMs);
  }

  /** A frame has arrived. */
  feed(): void {
    const { frameAgeMs, fps } = this.#options;
    if (this.#hasFrames) this.#watchdog.feed();
    else this.#watchdog.watch(frameAgeMs + (fps === null ? 0 : 1000 / fps));
    this.#hasFrames = true;
  }

  /** Ends the watch; {@link begin} starts it again. */
  stop(): void {
    this.#watchdog.stop();
  }

  #late(limitMs: number): void {
    const { cameraId, connectMs, keyframeMs, frameAgeMs, name, progress, onNotice, onLate } = this.#options;
    const { sendsVideo, complaint } = progress();
    if (this.#hasFrames) onLate(stalled(cameraId, name(), frameAgeMs));
    else if (!sendsVideo) onLate(noPictureYet(cameraId, name(), limitMs, complaint));
    else if (this.#waitsForKeyframe || keyframeMs <= connectMs)
      onLate(noKeyframe(cameraId, name(), Math.max(keyframeMs, connectMs), complaint));
    else {
      // When the bytes cease, ffmpeg's own timeout ends the wait.
      this.#waitsForKeyframe = true;
      onNotice(keyframeNotice(name(), connectMs, keyframeMs, complaint));
      this.#watchdog.watch(keyframeMs - connectMs);
    }
  }
}
