import type { DropReason, Frame } from '../image/cameraFrame.js';

/** A live source. It keeps only the newest frame, because an old one is worthless. Every frame taken is released once. */
export interface LiveFrames {
  /**
   * Resolves to true when a frame is available, to false when the source was stopped.
   *
   * @throws SpotterError camera.auth, camera.unreachable, camera.no_video, camera.stalled, camera.ended, ffmpeg.missing
   */
  ready(): Promise<boolean>;
  /** The newest frame not yet taken, or null. */
  take(): Frame | null;
  /** When the newest frame not yet taken arrived, monotonic ms; null when there is none. */
  newestAtMs(): number | null;
  /** Starts to end the source; safe at any time and twice. */
  stop(): void;
  /** Resolves, never rejects, when its process has ended. */
  ended(): Promise<void>;
}

/** Receives what a live source reports. */
export interface LiveListener {
  /** Called for every complete frame, taken or dropped later. */
  onFrame(): void;
  /** Called for every frame that is dropped. */
  onDropped(reason: DropReason): void;
  /** Called when ffmpeg has started (`running` true) and when it has ended. It must not outlive this process. */
  onProcess(pid: number, running: boolean): void;
  /** Called with one line worth logging, free of credentials. */
  onNotice(message: string): void;
  /**
   * Called at every connection with each remark on the source itself, such as a choice among several streams; worth
   * logging when it is new.
   */
  onRemark(message: string): void;
}
