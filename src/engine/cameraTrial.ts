import { isRecording } from '../config/cameraSchema.js';
import type { CameraConfig, Config } from '../config/schema.js';
import { SpotterError, throwIfInterrupted } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import { textMasker } from '../core/secrets.js';
import type { Frame } from '../image/cameraFrame.js';
import { encodeFrame } from '../snapshots/jpeg.js';
import { FileSource } from '../video/fileSource.js';
import { MAX_SIDE_PX } from '../video/liveCommand.js';
import { LiveSource } from '../video/liveSource.js';
import type { ListedStream } from '../video/streamListing.js';
import { liveOptions } from './liveOptions.js';

/** What a camera shows when it is tried. */
export interface CameraTrial {
  /** Of the frames as they come, upright and with square pixels, px. */
  size: Size;
  /** ffmpeg's name of the codec, such as h264. */
  codec: string;
  /** Frames per second: as they arrive, or as the recording states; null when too few came. */
  fps: number | null;
  /** What the source or ffmpeg is worth saying about, one sentence each, without secrets. */
  notices: string[];
  /** A picture of the camera as JPEG. */
  jpeg: Uint8Array;
}

/** How to try a camera. */
export interface TrialOptions {
  config: Pick<Config, 'watchdog' | 'video'>;
  /** Masked in every message. */
  secrets: readonly string[];
  /** How long to look after the first frame, ms, 2000 or more; at least two frames are waited for. */
  lookMs: number;
  /** Longest wait for a keyframe, ms; default as in the daemon. */
  keyframeMs?: number;
  signal: AbortSignal;
}

/** Wide enough for a person to see what the camera shows. */
const PICTURE = { maxWidth: 1920, quality: 85, masks: [] };
/** Fewer frames say nothing about their rate. */
const MIN_FRAMES = 3;
/** A stream whose pictures get another shape is opened again, so many times. */
const MOST_RESHAPED = 2;
/** What a server has kept since its last keyframe comes at once; the rate is measured after that, ms. */
const BURST_MS = 1000;

/**
 * Opens a camera as the daemon does, looks for some seconds, and closes it again.
 *
 * @throws SpotterError of {@link LiveSource} and {@link FileSource} for a camera that cannot be used; interrupted
 */
export function tryCamera(camera: CameraConfig, options: TrialOptions): Promise<CameraTrial> {
  return isRecording(camera.url) ? tryRecording(camera, options) : tryShapes(camera, options);
}

/** As the daemon does, opens a stream again when its pictures get another shape. */
async function tryShapes(camera: CameraConfig, options: TrialOptions): Promise<CameraTrial> {
  const changes: string[] = [];
  for (;;) {
    try {
      const trial = await tryLive(camera, options);
      return { ...trial, notices: [...changes, ...trial.notices] };
    } catch (error) {
      if (!(error instanceof SpotterError) || error.code !== 'camera.reshaped') throw error;
      const change = error.message.slice(0, error.message.lastIndexOf(';'));
      changes.push(change.replace(`camera ${camera.id}: `, ''));
      if (changes.length <= MOST_RESHAPED) continue;
      const advice =
        'again and again, and each time the stream has to be reopened; set one size in the camera';
      throw new SpotterError(error.code, `${change} ${advice}`, { cause: error });
    }
  }
}

async function tryRecording(
  { id, url, video, rotate, aspect }: CameraConfig,
  { config, signal }: TrialOptions,
): Promise<CameraTrial> {
  const notices: string[] = [];
  const source = new FileSource({
    cameraId: id,
    file: url,
    maxWidth: MAX_SIDE_PX,
    slots: 2,
    every: 1,
    realtime: false,
    loop: false,
    stream: video.stream,
    rotate,
    aspect,
    deinterlace: video.deinterlace ?? config.video.deinterlace,
    onNotice: (message) => notices.push(message),
    onRemark: (message) => notices.push(message),
  });
  const { codec, intervalMs } = await source.open();
  try {
    for await (const frame of source.frames()) {
      const { width, height } = frame.image;
      const { jpeg } = await encodeFrame(frame.image, PICTURE);
      frame.release();
      return { size: { width, height }, codec, fps: 1000 / intervalMs, notices, jpeg };
    }
  } finally {
    source.stop();
  }
  throwIfInterrupted(signal);
  throw new Error(`no frame of ${url}`);
}

async function tryLive(camera: CameraConfig, options: TrialOptions): Promise<CameraTrial> {
  const { config, secrets, lookMs, keyframeMs, signal } = options;
  const redact = textMasker(secrets);
  const notices: string[] = [];
  let stream: ListedStream | null = null;
  const source = new LiveSource(
    {
      ...liveOptions(camera, config),
      ...(keyframeMs !== undefined && { keyframeMs }),
      // As the camera sends it, to measure that.
      fps: null,
      maxWidth: MAX_SIDE_PX,
      redact,
    },
    {
      onFrame: () => {},
      onDropped: () => {},
      onProcess: () => {},
      onNotice: (message) => notices.push(message),
      onRemark: (message) => notices.push(message),
      onStream: (chosen) => {
        stream = chosen;
      },
    },
  );
  const stop = () => source.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const { first, last } = await look(source, lookMs, signal);
    const { width, height } = last.image;
    const { jpeg } = await encodeFrame(last.image, PICTURE);
    const { codec = 'unknown' } = (stream ?? {}) as Partial<ListedStream>;
    return { size: { width, height }, codec, fps: rateOf(first, last), notices, jpeg };
  } finally {
    signal.removeEventListener('abort', stop);
    source.stop();
    await source.ended();
  }
}

type Stamp = Pick<Frame, 'seq' | 'mediaTimeMs'>;

/** Takes frames for some time. @returns where the rate may be measured from, and the last frame, which has not been released */
async function look(
  source: LiveSource,
  lookMs: number,
  signal: AbortSignal,
): Promise<{ first: Stamp; last: Frame }> {
  let first: Stamp | null = null;
  for (;;) {
    if (!(await source.ready())) throwIfInterrupted(signal);
    const frame = source.take();
    if (!frame) continue;
    const { seq, mediaTimeMs } = frame;
    if (first && mediaTimeMs >= lookMs) return { first, last: frame };
    if (first === null || mediaTimeMs < BURST_MS) first = { seq, mediaTimeMs };
    frame.release();
  }
}

function rateOf(first: Stamp, last: Stamp): number | null {
  const [frames, ms] = [last.seq - first.seq, last.mediaTimeMs - first.mediaTimeMs];
  return frames >= MIN_FRAMES - 1 && ms > 0 ? (frames * 1000) / ms : null;
}
