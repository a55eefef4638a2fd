import type { Size } from '../core/geometry.js';
import { aspectFilters, reshape } from './aspect.js';
import { type DeinterlaceSetting, deinterlaceFilters } from './deinterlace.js';
import type { DecodeCommand } from './ffmpeg.js';
import { FILE_ONLY, fileInput, PIPE_ONLY, type VideoInfo } from './info.js';
import type { PipedRecording } from './pipedRecording.js';
import { type Rotation, TURNS } from './rotation.js';
import { everyNth } from './stamps.js';
import { stillFilters } from './stillFrames.js';
import { type Hdr, toneFilters } from './toneMapping.js';

/** Which frames to make of a recording. */
export interface FileRequest {
  /** Path of the recording. */
  file: string;
  /** The recording itself, where `file` is only its name; null: the file. */
  piped?: PipedRecording | null;
  /** Decode only every n-th frame; 1 for all. */
  every: number;
  /** At the speed of the recording instead of as fast as possible. */
  realtime: boolean;
  /** Turns the picture after the rotation that the recording itself asks for. */
  rotate: Rotation;
  deinterlace: DeinterlaceSetting;
  /** Shape of the picture before the rotation, such as `16:9`; null: as the recording states. */
  aspect: string | null;
  /** HDR to convert; null for none. */
  hdr: Hdr | null;
  /** Leave out frames in which nothing has moved. */
  skipStill: boolean;
}

/** Size of the frames, at most `maxWidth` wide, after the rotation. */
export function frameSize(
  info: VideoInfo,
  { rotate, aspect }: Pick<FileRequest, 'rotate' | 'aspect'>,
  maxWidth: number,
): Size {
  const isLying = rotate === 90 || rotate === 270;
  const size = reshape(info.size, aspect);
  const { width, height } = isLying ? { width: size.height, height: size.width } : size;
  if (width <= maxWidth) return { width, height };
  return { width: maxWidth, height: Math.max(1, Math.round((height * maxWidth) / width)) };
}

/** The decoder command that plays a recording once. @param size of the frames, from {@link frameSize} */
export function fileCommand(request: FileRequest, info: VideoInfo, { width, height }: Size): DecodeCommand {
  const { file, piped, every, realtime, rotate, deinterlace, aspect, hdr, skipStill } = request;
  // A recording may change its resolution or the shape of its pixels half-way: later frames are fitted into the size of the
  // first by the shape they show. They are stretched instead with odd sizes, because `pad` cannot make an odd yuv420p frame,
  // and with an aspect, which is the shape of them all.
  const isFitted = width % 2 === 0 && height % 2 === 0 && aspect === null;
  const bounds = isFitted ? fitted({ width, height }) : `${width}:${height}`;
  const scale = `scale=${bounds}:flags=bilinear:out_range=limited`;
  const fitting = isFitted
    ? [`${scale}:eval=frame`, `pad=${width}:${height}:-1:-1:eval=frame`]
    : [scale, 'setsar=1'];
  return {
    input: piped ? { stream: piped.whole() } : fileInput(file),
    stream: info.stream.number,
    inputOptions: [...(realtime ? ['-re'] : []), ...(piped ? PIPE_ONLY : FILE_ONLY)],
    filters: [
      ...deinterlaceFilters(deinterlace, info.isInterlaced),
      everyNth(every),
      ...aspectFilters(aspect),
      ...TURNS[rotate],
      ...fitting,
      ...(hdr ? toneFilters(hdr) : []),
      'format=yuv420p',
      ...(skipStill ? [stillFilters({ width, height }, every * info.intervalMs)] : []),
    ],
    format: 'rawvideo',
    logLevel: 'error',
  };
}

/** The width and height, in words of the filter `scale`, of the largest picture of a frame's shape within that size. */
function fitted({ width, height }: Size): string {
  return (
    `w='max(1,min(${width},round(${height}*iw*sar/ih)))'` +
    `:h='max(1,min(${height},round(${width}*ih/(iw*sar))))'`
  );
}
