import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeCost } from '../../src/gallery/decodeCost.js';

/** Millions of bytes that a picture of 10 million pixels takes as a whole. */
async function megabytes(encode: (picture: Sharp) => Sharp, background = '#123456'): Promise<number> {
  const channels = background.length > 7 ? 4 : 3;
  const picture = sharp({ create: { width: 8, height: 8, channels, background } });
  const meta = await sharp(await encode(picture).toBuffer()).metadata();
  return decodeCost(meta, { width: 5000, height: 2000 }).wholeBytes / 1e6;
}

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

  it('is the whole picture of a WebP, an AVIF and a GIF', async () => {
    expect(await megabytes((picture) => picture.webp())).toBe(40);
    expect(await megabytes((picture) => picture.avif())).toBe(40);
    expect(await megabytes((picture) => picture.gif())).toBe(40);
  });
});
