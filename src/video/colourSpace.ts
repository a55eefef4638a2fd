import type { ColourSpace } from '../image/image.js';

/**
 * Colour space of the decoded frames, whose range ffmpeg converts to limited.
 *
 * @param format ffmpeg's name of the source's pixel format
 * @param matrix ffmpeg's name of the source's matrix; if unknown, the convention of video players applies: BT.709 from 720
 * rows up, else BT.601
 * @param height of the source in px
 */
export function colourSpaceOf(format: string, matrix: string, height: number): ColourSpace {
  return { matrix: matrixOf(format, matrix, height), fullRange: false };
}

function matrixOf(format: string, matrix: string, height: number): ColourSpace['matrix'] {
  // ffmpeg converts RGB to BT.601.
  if (/^(rgb|bgr|gbr|argb|abgr|pal8|gray|0rgb|0bgr)/.test(format)) return 'bt601';
  if (matrix.startsWith('bt2020')) return 'bt2020';
  if (/^(bt470bg|smpte170m|smpte240m|fcc)$/.test(matrix)) return 'bt601';
  return matrix === 'bt709' || height >= 720 ? 'bt709' : 'bt601';
}
