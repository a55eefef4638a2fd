import type { ColourSpace } from '../types.js';

/** What ffmpeg says of the stream that it decodes. */
export interface StreamLine {
  /** ffmpeg's name of the codec, such as h264. */
  codec: string;
  /** Of the pictures once their range is made limited. */
  colour: ColourSpace;
}

/**
 * Reads ffmpeg's line on a video stream, such as
 * `Stream #0:0: Video: h264 (High), yuv420p(tv, bt709, progressive), 1280x720`; null for another line. Where it does not
 * say which colours, the convention of players counts: from 720 rows up BT.709, else BT.601.
 */
export function parseStreamLine(text: string): StreamLine | null {
  const [, codec, description] = /^\s*Stream #\d.*?: Video: (\w+)(.*)$/.exec(text) ?? [];
  if (codec === undefined) return null;
  const [, format = '', details = ''] =
    /, ([a-z]\w*)(?:\(([^)]*)\))?(?:, (?:\d+x\d+|\d+ kb\/s)|$)/.exec(description) ?? [];
  const height = Number(/, \d+x(\d+)/.exec(description)?.[1] ?? 0);
  return { codec, colour: { matrix: matrixOf(format, details, height), fullRange: false } };
}

/**
 * Reads what the filters of a live source print whenever they begin with pictures of a certain shape: width over height as
 * shown; null for another line.
 */
export function parseShape(text: string): number | null {
  const shape = /^(?:Eval: )?(\d+\.\d{6})$/.exec(text)?.[1]; // ffmpeg 9 says who prints it
  return shape === undefined ? null : Number(shape);
}

function matrixOf(format: string, details: string, height: number): ColourSpace['matrix'] {
  // ffmpeg makes BT.601 of RGB.
  if (/^(rgb|bgr|gbr|argb|abgr|pal8|gray|0rgb|0bgr)/.test(format)) return 'bt601';
  if (/\bbt2020/.test(details)) return 'bt2020';
  // matrix/primaries/transfer where the three differ: the first is the one.
  const matrix = /\b(bt709|bt470bg|smpte170m|smpte240m|fcc)\b|\bunknown\//.exec(details)?.[1];
  if (matrix === 'bt709') return 'bt709';
  if (matrix !== undefined) return 'bt601';
  return height >= 720 ? 'bt709' : 'bt601';
}
