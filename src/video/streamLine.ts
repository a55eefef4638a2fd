import type { ColourSpace } from '../image/image.js';
import { colourSpaceOf } from './colourSpace.js';

/** What ffmpeg says of the stream that it decodes. */
export interface StreamLine {
  /** ffmpeg's name of the codec, such as h264. */
  codec: string;
  /** Of the pictures once their range is made limited. */
  colour: ColourSpace;
}

/**
 * Reads ffmpeg's line on a video stream, such as
 * `Stream #0:0: Video: h264 (High), yuv420p(tv, bt709, progressive), 1280x720`; null for another line.
 */
export function parseStreamLine(text: string): StreamLine | null {
  const [, codec, description] = /^\s*Stream #\d.*?: Video: (\w+)(.*)$/.exec(text) ?? [];
  if (codec === undefined) return null;
  const [, format = '', details = ''] =
    /, ([a-z]\w*)(?:\(([^)]*)\))?(?:, (?:\d+x\d+|\d+ kb\/s)|$)/.exec(description) ?? [];
  const height = Number(/, \d+x(\d+)/.exec(description)?.[1] ?? 0);
  // matrix/primaries/transfer where the three differ: the first is the one.
  const matrix = /\b(?:bt2020\w*|bt709|bt470bg|smpte170m|smpte240m|fcc|unknown)\b/.exec(details)?.[0] ?? '';
  return { codec, colour: colourSpaceOf(format, matrix, height) };
}

/**
 * Reads what the filters of a live source print whenever they begin with pictures of a certain shape: width over height as
 * shown; null for another line.
 */
export function parseShape(text: string): number | null {
  const shape = /^(?:Eval: )?(\d+\.\d{6})$/.exec(text)?.[1]; // ffmpeg 9 says who prints it
  return shape === undefined ? null : Number(shape);
}
