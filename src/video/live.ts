import type { DropReason, Frame } from '../image/cameraFrame.js';

/** A live source: the newest frame only, an old face is worth nothing. Every frame taken is released once. */
export interface LiveFrames {
  /**
   * Resolves true when a frame waits, false when the source was stopped.
   *
   * @throws SpotterError camera.auth, camera.unreachable, camera.no_video, camera.stalled, camera.ended, ffmpeg.missing
   */
  ready(): Promise<boolean>;
  /** The newest frame not yet taken, or null. */
  take(): Frame | null;
  /** When it came, monotonic ms; null when there is none. */
  newestAtMs(): number | null;
  /** Begins the end; safe at any time and twice. */
  stop(): void;
  /** Resolves, never rejects, when nothing of it runs any more. */
  ended(): Promise<void>;
}

export interface LiveListener {
  /** A frame has come whole: somebody takes it, or it is dropped. */
  onFrame(): void;
  /** A frame that nobody took. */
  onDropped(reason: DropReason): void;
  /** A process that must be ended with us, and that it has ended. */
  onProcess(pid: number, running: boolean): void;
  /** One line worth logging, free of credentials. */
  onNotice(message: string): void;
}
