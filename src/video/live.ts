import type { DropReason, Frame } from '../image/cameraFrame.js';
import type { DeinterlaceSetting } from './deinterlace.js';
import type { LiveRequest } from './liveCommand.js';
import type { FrameMemory } from './slots.js';
import type { ListedStream } from './streamListing.js';
import type { TlsFiles } from './tlsTunnel.js';

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
  /** Called before the first frame of each connection with the stream that is read. */
  onStream?(stream: ListedStream): void;
}

/** Which live source to read, and its time limits. */
export interface LiveSourceOptions
  extends Omit<LiveRequest, 'address' | 'isPlaylist' | 'stream' | 'deinterlacing' | 'hdr' | 'timeoutMs'> {
  cameraId: string;
  /** Number of the video stream to read, from 0; null for the best. Default null. */
  stream?: number | null;
  /** PEM files for TLS. Default none. */
  tls?: TlsFiles;
  /** Default `auto`. */
  deinterlace?: DeinterlaceSetting;
  /** Frame buffers to reuse in the next connection; by default, buffers of this connection alone. */
  memory?: FrameMemory | undefined;
  /** rtsp://, rtsps://, http:// (MJPEG, HLS, ...), https://, device:/dev/video0, test: or test:1280x720. */
  url: string;
  /** Without a frame for this long from the start, the source is unreachable. */
  connectMs: number;
  /** While video arrives, but none that can be decoded, a keyframe is waited for this long from the start. */
  keyframeMs: number;
  /** Without a frame for this long after the first, the source is stalled. */
  frameAgeMs: number;
  /** A frame that took longer to arrive than the fastest of the last 30 s by more than this is dropped. */
  staleMs: number;
  /** Masks the secrets of the configuration in a text. */
  redact: (text: string) => string;
}
