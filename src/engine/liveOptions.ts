import type { CameraConfig, Config } from '../config/schema.js';
import type { LiveSourceOptions } from '../video/live.js';

/** A live frame that is older than this when it arrives is dropped, ms. */
const STALE_MS = 1000;
/** A camera that sends video is given this long for its first keyframe, ms: some send one per minute. */
const KEYFRAME_MS = 120_000;

/** How the live source of a configured camera is opened, less memory and masking. */
export function liveOptions(
  camera: CameraConfig,
  { watchdog, video }: Pick<Config, 'watchdog' | 'video'>,
): Omit<LiveSourceOptions, 'memory' | 'redact'> {
  const { format, ...options } = camera.input;
  const input = Object.fromEntries(
    Object.entries(options).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  return {
    ...camera,
    input,
    demuxer: format ?? null,
    stream: camera.video.stream,
    deinterlace: camera.video.deinterlace ?? video.deinterlace,
    cameraId: camera.id,
    maxWidth: camera.maxWidth ?? video.maxWidth,
    connectMs: watchdog.connectMs,
    keyframeMs: KEYFRAME_MS,
    frameAgeMs: watchdog.frameAgeMs,
    staleMs: STALE_MS,
  };
}
