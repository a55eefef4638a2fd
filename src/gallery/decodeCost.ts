import type { Size } from '../core/geometry.js';

/** The part of a photo's header that decides it. */
export interface PhotoHeader {
  format: string;
  /** A progressive JPEG, or an interlaced PNG. */
  isProgressive?: boolean | undefined;
  channels?: number | undefined;
  /** `ushort` for 16 bits per channel. */
  depth?: string | undefined;
  /** Of a JPEG, such as 4:2:0. */
  chromaSubsampling?: string | undefined;
}

/** What decoding a photo takes, bytes. */
export interface DecodeCost {
  /** Held as a whole by the decoder: most formats are decoded line by line, some are not. */
  wholeBytes: number;
  /** The kind of file that needs `wholeBytes`, with its article; empty when none is needed. */
  kind: string;
  /** How to save the file instead. */
  advice: string;
}

/** JPEG holds its coefficients with 16 bits. Half of the colour is left out in each direction it is subsampled. */
const JPEG_SAMPLES: Record<string, number> = { '4:2:0': 1.5, '4:2:2': 2, '4:1:1': 1.5 };

/** Estimates the memory of a decoder from the header of a file. @param size of the picture as stored, px */
export function decodeCost(
  { format, isProgressive, channels = 4, depth, chromaSubsampling }: PhotoHeader,
  { width, height }: Size,
): DecodeCost {
  const pixels = width * height;
  switch (format) {
    case 'webp':
      return { wholeBytes: pixels * 4, kind: 'a WebP', advice: 'save it as JPEG' };
    case 'heif':
      return { wholeBytes: pixels * 4, kind: 'an AVIF', advice: 'save it as JPEG' };
    case 'gif':
      return { wholeBytes: pixels * 4, kind: 'a GIF', advice: 'save it as JPEG' };
    case 'png':
      if (!isProgressive) break;
      return {
        wholeBytes: pixels * channels * (depth === 'ushort' ? 2 : 1),
        kind: 'an interlaced PNG',
        advice: 'save it without interlacing',
      };
    case 'jpeg':
      if (!isProgressive) break;
      return {
        wholeBytes: pixels * 2 * (channels === 3 ? (JPEG_SAMPLES[chromaSubsampling ?? ''] ?? 3) : channels),
        kind: 'a progressive JPEG',
        advice: 'save it as baseline JPEG',
      };
  }
  return { wholeBytes: 0, kind: '', advice: '' };
}
