import type { Size } from '../core/geometry.js';
import type { TiffLayout } from './tiffLayout.js';

/** The part of a photo's header that decides it. */
export interface PhotoHeader {
  format: string;
  /** A progressive JPEG, or an interlaced PNG. */
  isProgressive?: boolean | undefined;
  channels?: number | undefined;
  /** Of a sample, such as `ushort` for 16 bits. */
  depth?: string | undefined;
  /** Of a JPEG, such as 4:2:0. */
  chromaSubsampling?: string | undefined;
  /** Of a TIFF; null where it cannot be read. */
  layout?: TiffLayout | null;
}

/** What decoding a photo takes, beside its file and its result. */
export interface DecodeCost {
  /** Memory at its peak, bytes. */
  bytes: number;
  /** What kind of file the photo is, with its article. */
  kind: string;
  /** How to save the file instead, for kinds that take more than need be; else empty. */
  advice: string;
}

/** JPEG holds its coefficients with 16 bits. Half of the colour is left out in each direction it is subsampled. */
const JPEG_SAMPLES: Record<string, number> = { '4:2:0': 1.5, '4:2:2': 2, '4:1:1': 1.5 };
const SAMPLE_BYTES: Record<string, number> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  double: 8,
  complex: 8,
};
/** Lines that are kept while a picture is scaled: this part of the picture. Measured 0.09 to 0.17. */
const LINES_PART = 0.15;

/**
 * Estimates the memory of a decoder from the header of a file. The numbers of bytes per pixel are measured at 12 to 99 million
 * pixels with the libraries of sharp 0.35: docs/gallery.md has them.
 *
 * @param size of the picture as stored, px
 */
export function decodeCost(header: PhotoHeader, { width, height }: Size): DecodeCost {
  const { format, channels = 4, depth = 'uchar' } = header;
  const pixels = width * height;
  const pixelBytes = channels * (SAMPLE_BYTES[depth] ?? 4);
  const { whole, ...words } = wholePicture(format, header, pixelBytes, { width, height });
  return { bytes: pixels * pixelBytes * LINES_PART + whole, ...words };
}

/** What the decoder holds as a whole, bytes: most formats are decoded line by line, some are not. */
function wholePicture(
  format: string,
  { isProgressive, channels = 4, chromaSubsampling, layout }: PhotoHeader,
  pixelBytes: number,
  { width, height }: Size,
): Omit<DecodeCost, 'bytes'> & { whole: number } {
  const pixels = width * height;
  switch (format) {
    case 'webp':
      return { whole: pixels * 7.5, kind: 'a WebP', advice: 'save it as JPEG' };
    case 'heif':
      return { whole: pixels * 16.5, kind: 'an AVIF', advice: 'save it as JPEG' };
    case 'gif':
      return { whole: pixels * 4, kind: 'a GIF', advice: 'save it as JPEG' };
    case 'tiff': {
      const whole = layout?.isInterleavedStrips
        ? 0
        : Math.min(layout?.rows ?? height, height) * width * pixelBytes * 2;
      const advice = layout?.isInterleavedStrips ? '' : 'save it as JPEG';
      return { whole, kind: 'a TIFF', advice };
    }
    case 'png': {
      const [kind, advice] = isProgressive
        ? ['an interlaced PNG', 'save it without interlacing']
        : ['a PNG', ''];
      return { whole: isProgressive ? pixels * pixelBytes : 0, kind, advice };
    }
    case 'jpeg': {
      if (!isProgressive) return { whole: 0, kind: 'a JPEG', advice: '' };
      const samples = channels === 3 ? (JPEG_SAMPLES[chromaSubsampling ?? ''] ?? 3) : channels;
      return { whole: pixels * 2 * samples, kind: 'a progressive JPEG', advice: 'save it as baseline JPEG' };
    }
  }
  return { whole: pixels * pixelBytes, kind: `a ${format} picture`, advice: 'save it as JPEG' };
}
