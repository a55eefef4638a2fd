import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeCost } from '../../src/gallery/decodeCost.js';
import type { TiffLayout } from '../../src/gallery/tiffLayout.js';

/** Millions of bytes that a picture of 10 million pixels takes, without the lines that are kept while it is scaled. */
async function megabytes(encode: (picture: Sharp) => Sharp, background = '#123456'): Promise<number> {
  const channels = background.length > 7 ? 4 : 3;
  const picture = sharp({ create: { width: 8, height: 8, channels, background } });
  const meta = await sharp(await encode(picture).toBuffer()).metadata();
  const bytesPerPixel = meta.channels * (meta.depth === 'ushort' ? 2 : 1);
  return Math.round(decodeCost(meta, SIZE).bytes / 1e6 - 10 * bytesPerPixel * 0.15);
}

const SIZE = { width: 5000, height: 2000 };

describe('decodeCost', () => {
  it('is nothing for what is decoded line by line', async () => {
    expect(await megabytes((picture) => picture.jpeg())).toBe(0);
    expect(await megabytes((picture) => picture.png())).toBe(0);
    expect(await megabytes((picture) => picture.toColourspace('rgb16').png())).toBe(0);
  });

  it('is the whole picture of an interlaced PNG, with its channels and their depth', async () => {
    expect(await megabytes((picture) => picture.png({ progressive: true }))).toBe(30);
    expect(await megabytes((picture) => picture.png({ progressive: true }), '#12345678')).toBe(40);
    const deep = (picture: Sharp) => picture.toColourspace('rgb16').png({ progressive: true });
    expect(await megabytes(deep, '#12345678')).toBe(80);
  });

  it('is all coefficients of a progressive JPEG, fewer with subsampled colour', async () => {
    const progressive = (chromaSubsampling: string) => (picture: Sharp) =>
      picture.jpeg({ progressive: true, chromaSubsampling });
    expect(await megabytes(progressive('4:4:4'))).toBe(60);
    expect(await megabytes(progressive('4:2:0'))).toBe(30);
    expect(await megabytes((picture) => picture.toColourspace('cmyk').jpeg({ progressive: true }))).toBe(80);
  });

  it('is the whole picture of a WebP, an AVIF and a GIF, several times where their decoders copy it', async () => {
    expect(await megabytes((picture) => picture.webp())).toBe(75);
    expect(await megabytes((picture) => picture.avif())).toBe(165);
    expect(await megabytes((picture) => picture.gif())).toBe(40);
  });

  it('is some lines of what is decoded line by line, more for wider pixels', () => {
    const cost = (channels: number, depth: string) =>
      decodeCost({ format: 'png', channels, depth }, SIZE).bytes;
    expect(cost(3, 'uchar')).toBe(4.5e6);
    expect(cost(4, 'ushort')).toBe(12e6);
    expect(cost(1, 'float')).toBe(6e6);
  });

  it('is the rows of a TIFF that are decoded at a time', () => {
    const cost = (layout: TiffLayout | null) => {
      const header = { format: 'tiff', channels: 3, depth: 'uchar', layout };
      return (decodeCost(header, SIZE).bytes - 4.5e6) / 1e6;
    };
    expect(cost({ rows: 2000, isInterleavedStrips: true })).toBe(0);
    expect(cost({ rows: 256, isInterleavedStrips: false })).toBeCloseTo(2 * 0.256 * 15);
    expect(cost({ rows: 9999, isInterleavedStrips: false })).toBe(60);
    expect(cost(null)).toBe(60);
  });
});
