import { closeSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { hasErrno, SpotterError } from '../core/errors.js';
import type { Size } from '../core/geometry.js';
import type { ColourSpace } from '../image/image.js';
import { colourSpaceOf } from './colourSpace.js';
import { isInterlaced } from './deinterlace.js';
import { probe } from './ffmpeg.js';
import type { PipedRecording } from './pipedRecording.js';
import { chooseStream, listStreams, type VideoStream } from './streamChoice.js';
import { type Hdr, hdrOf } from './toneMapping.js';

/** What is known about a recording before it is decoded. */
export interface VideoInfo {
  /** Size as shown, in px: upright and with square pixels. */
  size: Size;
  /** ffmpeg's name of the codec, such as h264. */
  codec: string;
  colour: ColourSpace;
  isInterlaced: boolean;
  /** The coding of HDR video; null for any other. */
  hdr: Hdr | null;
  /** Every video stream of the recording, cover pictures left out. */
  streams: readonly VideoStream[];
  /** The one that is read. */
  stream: VideoStream;
  /** Number of frames according to the container; null when the container has none. */
  frames: number | null;
  /** Duration according to the container; null when the container has none. */
  durationMs: number | null;
  /** Duration by the header of a container that ffmpeg reads without complaint when its end is missing (AVI, MXF); else null. */
  headerMs: number | null;
  /** Where its timestamps begin, ms. */
  startMs: number;
  /** Of the nominal frame rate, ms. */
  intervalMs: number;
}

/** Shortest side of a frame that can show a face. A live source with smaller frames is rejected. */
export const MIN_SIDE_PX = 16;

/** Interval between frames where the frame rate is unknown or impossible, as wrong timestamps make it. */
const DEFAULT_INTERVAL_MS = 40;
const MIN_FPS = 0.01;
const MAX_FPS = 1000;

/** ffmpeg formats that render any text as a picture of its letters. */
const NOT_VIDEO: ReadonlySet<string> = new Set(['tty', 'bin', 'xbin', 'adf', 'idf']);

/** ffmpeg formats of images: `image2`, `png_pipe` and the like. Raw Motion JPEG is a `jpeg_pipe` with more than one in it. */
const PICTURE = /^image2$|_pipe$/;

/** Makes ffprobe decode the first two pictures; what is behind a photo, such as the clip of a motion photo, is none. */
const TWO_PICTURES = ['-count_frames', '-read_intervals', '%+#2'];

/** Input options that let ffmpeg open files only: a playlist that poses as a clip reaches no network. */
export const FILE_ONLY = ['-protocol_whitelist', 'file'];

/** The same for a recording on stdin. */
export const PIPE_ONLY = ['-protocol_whitelist', 'pipe'];

/** A path as an ffmpeg input, safe for any characters in it. */
export function fileInput(file: string): string {
  return `file:${path.resolve(file)}`;
}

/**
 * Probes a recording without decoding it.
 *
 * @param wanted number of the video stream to read; null for the one that {@link chooseStream} finds best
 * @param piped the recording itself, where `file` is only its name
 * @param name what messages call the recording
 * @throws SpotterError video.not_found, video.unreadable, video.no_video, ffmpeg.missing
 */
export async function probeFile(
  file: string,
  wanted: number | null = null,
  piped: PipedRecording | null = null,
  name = file,
): Promise<VideoInfo> {
  if (piped) checkPipe(name, await piped.peek());
  else checkFile(file, name);
  const ask = (...options: string[]) => {
    const probing = piped
      ? probe(piped.probed(), [...PIPE_ONLY, ...options])
      : probe(fileInput(file), [...FILE_ONLY, ...options]);
    return probing.catch((cause: unknown) => {
      if (cause instanceof SpotterError) throw cause;
      throw new SpotterError(
        'video.unreadable',
        `${name} is not a video that ffmpeg can read, or is cut off; check the file`,
        { cause },
      );
    });
  };
  const data = await ask();
  const streams = data.streams.filter((one) => one.codec_type === 'video' && !flag(one, 'attached_pic'));
  if (NOT_VIDEO.has(data.format.format_name ?? '')) {
    throw new SpotterError('video.unreadable', `${name} is a text, not a video; check the file`);
  }
  if (PICTURE.test(data.format.format_name ?? '') && !isSequence(await ask(...TWO_PICTURES))) {
    const advice = 'give a recording, or use "spotter detect" for pictures';
    throw new SpotterError('video.no_video', `${name} is a single picture, not a video; ${advice}`);
  }
  if (streams.length === 0)
    throw new SpotterError(
      'video.no_video',
      `${name} has no video in it, only sound or data; give a recording with video`,
    );
  const listed = streams.map((one, number): VideoStream => {
    const { width = 0, height = 0 } = one;
    return { number, width, height, isDefault: flag(one, 'default') };
  });
  const chosen = chooseStream(listed, wanted);
  if (!chosen) {
    throw new SpotterError(
      'video.no_video',
      `${name} has no video stream ${wanted}; choose one of ${listStreams(listed)}`,
    );
  }
  const stream = streams[chosen.number];
  if (!stream.width || !stream.height) {
    throw new SpotterError(
      'video.unreadable',
      `${name} does not state the size of its frames; check the file`,
    );
  }
  const intervalMs =
    intervalOf(stream.avg_frame_rate) ?? intervalOf(stream.r_frame_rate) ?? DEFAULT_INTERVAL_MS;
  const frames = numberOrNull(stream.nb_frames);
  return {
    size: shownSize(stream),
    codec: String(stream.codec_name ?? 'unknown'),
    colour: colourSpaceOf(String(stream.pix_fmt ?? ''), String(stream.color_space ?? ''), stream.height),
    isInterlaced: isInterlaced(String(stream.field_order)),
    hdr: hdrOf(String(stream.color_transfer), String(stream.color_primaries), String(stream.color_space)),
    streams: listed,
    stream: chosen,
    frames,
    durationMs: milliseconds(stream.duration) ?? milliseconds(data.format.duration),
    headerMs: headerMs(String(data.format.format_name), frames, intervalMs, milliseconds(stream.duration)),
    startMs: Number(data.format.start_time) * 1000 || 0,
    intervalMs,
  };
}

/** An AVI's count of pictures includes those that were left out, so it is a time; its duration is guessed from its size. */
function headerMs(format: string, frames: number | null, intervalMs: number, durationMs: number | null) {
  if (format === 'avi') return frames === null ? null : frames * intervalMs;
  return format === 'mxf' ? durationMs : null;
}

/** From a fraction such as 30000/1001; null for a rate that no recording has. */
function intervalOf(rate: unknown): number | null {
  const [frames, seconds] = String(rate).split('/').map(Number);
  const fps = frames / seconds;
  return fps >= MIN_FPS && fps <= MAX_FPS ? 1000 / fps : null;
}

function checkFile(file: string, name: string): void {
  try {
    const stats = statSync(file);
    if (stats.isDirectory())
      throw new SpotterError('video.unreadable', `${name} is a folder; give the files in it`);
    if (!stats.isFile())
      throw new SpotterError('video.unreadable', `${name} is a device or pipe, not a file; give a recording`);
    if (stats.size === 0)
      throw new SpotterError('video.unreadable', `${name} is empty; check how it was copied`);
    if (isPlaylist(startOf(file))) throw playlist(name);
  } catch (cause) {
    if (cause instanceof SpotterError) throw cause;
    const why = hasErrno(cause, 'ENOENT', 'ENOTDIR') ? 'does not exist' : 'cannot be read';
    throw new SpotterError('video.not_found', `${name} ${why}; check the path`, { cause });
  }
}

function checkPipe(name: string, start: Buffer): void {
  if (start.length === 0)
    throw new SpotterError('video.unreadable', `${name} is empty; pipe a recording into spotter`);
  if (isPlaylist(start)) throw playlist(name);
}

function playlist(file: string): SpotterError {
  return new SpotterError(
    'video.unreadable',
    `${file} is a playlist, not a recording; give the recordings it names`,
  );
}

/** ffmpeg would read a playlist without end, or open the files it names. */
function isPlaylist(start: Buffer): boolean {
  return /^(\uFEFF)?(#EXTM3U|ffconcat)/.test(start.toString('utf8', 0, 16));
}

function startOf(file: string): Buffer {
  const start = Buffer.alloc(16);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, start, 0, start.length, 0);
  } finally {
    closeSync(handle);
  }
  return start;
}

type Stream = Awaited<ReturnType<typeof probe>>['streams'][number];

function flag({ disposition }: Stream, name: string): boolean {
  return (disposition as Record<string, number> | undefined)?.[name] === 1;
}

function shownSize(stream: Stream): Size {
  const [width = 0, height = 0] = [stream.width, stream.height];
  const [wide, high] = String(stream.sample_aspect_ratio ?? '')
    .split(':')
    .map(Number);
  const aspect = wide > 0 && high > 0 ? wide / high : 1;
  const shown = { width: Math.round(width * aspect), height };
  const quarterTurns = Math.round(Number(stream.rotation ?? 0) / 90);
  return quarterTurns % 2 ? { width: shown.height, height: shown.width } : shown;
}

/** Whether more than one picture was decoded. */
function isSequence({ streams }: Awaited<ReturnType<typeof probe>>): boolean {
  return streams.some((one) => Number(one.nb_read_frames) > 1);
}

function numberOrNull(value: unknown): number | null {
  const number = Number(value);
  return Number.isFinite(number) && number > 0 ? number : null;
}

function milliseconds(seconds: unknown): number | null {
  const number = numberOrNull(seconds);
  return number === null ? null : number * 1000;
}
