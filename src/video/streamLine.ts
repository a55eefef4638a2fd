import type { Size } from '../core/geometry.js';
import type { ColourSpace } from '../image/image.js';
import { colourSpaceOf } from './colourSpace.js';
import type { VideoStream } from './streamChoice.js';
import { type Hdr, hdrOf } from './toneMapping.js';

/** A video stream as ffmpeg describes it. */
export interface StreamLine extends Omit<VideoStream, 'number'> {
  /** ffmpeg's index, which sound and data have, too. */
  index: number;
  /** ffmpeg's name of the codec, such as h264. */
  codec: string;
  /** Colour space of the decoded frames, whose range ffmpeg converts to limited. */
  colour: ColourSpace;
  isInterlaced: boolean;
  /** The coding of HDR video; null for any other. */
  hdr: Hdr | null;
}

/**
 * Parses ffmpeg's line about a video stream, such as
 * `Stream #0:0: Video: h264 (High), yuv420p(tv, bt709, progressive), 1280x720`; null for any other line and for a cover
 * picture.
 */
export function parseStreamLine(text: string): StreamLine | null {
  const [, index, codec, description = ''] = /^\s*Stream #\d+:(\d+).*?: Video: (\w+)(.*)$/.exec(text) ?? [];
  if (codec === undefined || /\(attached pic\)/.test(description)) return null;
  // One pair of parentheses may lie in another: `yuv420p(tv, top coded first (swapped))`.
  const [, format = '', details = ''] =
    /, ([a-z]\w*)(?:\(((?:[^()]|\([^()]*\))*)\))?(?:, (?:\d+x\d+|\d+ kb\/s)|$)/.exec(description) ?? [];
  const [, width, height] = (/, (\d+)x(\d+)/.exec(description) ?? [0, 0, 0]).map(Number);
  // Where the three differ, ffmpeg writes matrix/primaries/transfer: the first match is the matrix.
  const matrix = /\b(?:bt2020\w*|bt709|bt470bg|smpte170m|smpte240m|fcc|unknown)\b/.exec(details)?.[0] ?? '';
  const [, primaries = '', transfer = ''] = /\/([\w-]+)\/([\w-]+)/.exec(details) ?? [];
  return {
    ...{ index: Number(index), width, height },
    isDefault: /\(default\)/.test(description),
    codec,
    colour: colourSpaceOf(format, matrix, height),
    isInterlaced: /\b(top|bottom)( coded)? first\b/.test(details),
    hdr: hdrOf(transfer, primaries, matrix),
  };
}

/** Above the height of any picture. */
const HEIGHTS = 65_536;

/** An expression of value 0 for the width of a scale filter. It prints the size of the pictures, as shown, whenever that changes. */
export const SIZED = `0*print(round(iw*sar)*${HEIGHTS}+ih)`;

/** Parses what {@link SIZED} has printed; null for any other line. */
export function parseSize(text: string): Size | null {
  const packed = /^(?:Eval: )?(\d+)\.000000$/.exec(text)?.[1]; // ffmpeg 9 adds "Eval: "
  if (packed === undefined) return null;
  const size = { width: Math.floor(Number(packed) / HEIGHTS), height: Number(packed) % HEIGHTS };
  return size.width > 0 && size.height > 0 ? size : null;
}
