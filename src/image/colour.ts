import type { ColourSpace, PixelFormat } from './image.js';

const KR_KB: Record<ColourSpace['matrix'], readonly [kr: number, kb: number]> = {
  bt601: [0.299, 0.114],
  bt709: [0.2126, 0.0722],
  bt2020: [0.2627, 0.0593],
};

/** Fractional bits of {@link YuvWeights}. */
export const COLOUR_BITS = 14;

/**
 * Weights for Y'CbCr to R'G'B' in fixed point, with u and v reduced by 128 and every sum shifted right by COLOUR_BITS:
 * R = y*luma + rv*v + bias, G = y*luma - gu*u - gv*v + bias, B = y*luma + bu*u + bias.
 */
export interface YuvWeights {
  luma: number;
  rv: number;
  gu: number;
  gv: number;
  bu: number;
  /** Maps black to 0 and rounds. */
  bias: number;
}

/** The weights of a colour space. Source: ITU-R BT.601-7, BT.709-6 and BT.2020-2. */
export function yuvWeights({ matrix, fullRange }: ColourSpace): YuvWeights {
  const [kr, kb] = KR_KB[matrix];
  const kg = 1 - kr - kb;
  const luma = fullRange ? 1 : 255 / 219;
  const chroma = fullRange ? 1 : 255 / 224;
  const fixed = (value: number) => Math.round(value * (1 << COLOUR_BITS));
  return {
    luma: fixed(luma),
    rv: fixed(2 * (1 - kr) * chroma),
    gu: fixed(((2 * (1 - kb) * kb) / kg) * chroma),
    gv: fixed(((2 * (1 - kr) * kr) / kg) * chroma),
    bu: fixed(2 * (1 - kb) * chroma),
    bias: fixed(0.5 - (fullRange ? 0 : 16) * luma),
  };
}

/** Bytes of an image of this format and size. */
export function imageBytes(format: PixelFormat, width: number, height: number): number {
  if (format === 'rgb24') return width * height * 3;
  return width * height + 2 * chromaLength(width) * chromaLength(height);
}

/** Length of a chroma row or column of yuv420p, in samples. @param luma length in px */
export function chromaLength(luma: number): number {
  return (luma + 1) >> 1;
}
