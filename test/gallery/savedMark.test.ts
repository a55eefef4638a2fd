import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { TEMPLATE } from '../../src/face/align.js';
import { type FaceMark, markText } from '../../src/face/faceMark.js';
import { facePattern } from '../../src/face/facePattern.js';
import { markedFace } from '../../src/gallery/markedFace.js';
import { savedMark } from '../../src/gallery/savedMark.js';
import type { Image } from '../../src/image/image.js';
import { rgbImage } from '../helpers/image.js';
import { decodePhoto } from '../helpers/photo.js';

/** A picture with a face-like blob of which the left side is brighter, and its mark. */
const SIDE = 200;
const picture = (): Image =>
  rgbImage(SIDE, SIDE, (x, y) => {
    const value = 40 + 100 * Math.exp(-((x - 90) ** 2 + (y - 110) ** 2) / 2000) + (x < 90 ? 40 : 0) + y / 4;
    return [value, value * 0.8, value * 0.7];
  });
const inPx = TEMPLATE.map(([x, y]) => [x + 40, y + 50]) as unknown as FaceMark['landmarks'];
const landmarks = inPx.map(([x, y]) => [x / SIDE, y / SIDE]) as unknown as FaceMark['landmarks'];
const mark: FaceMark = {
  box: { x1: 0.25, y1: 0.3, x2: 0.7, y2: 0.85 },
  landmarks,
  aligned: landmarks,
  score: 0.875,
  pattern: facePattern(picture(), inPx) ?? new Uint8Array(),
};
const text = markText(mark, { width: SIDE, height: SIDE });
const jpegOf = (image: Image) =>
  sharp(image.pixels, { raw: { width: image.width, height: image.height, channels: 3 } });

const near = (found: FaceMark | null) => {
  expect(found?.score).toBe(0.875);
  expect(found?.pattern).toEqual(mark.pattern);
  const rounded = (points: FaceMark['landmarks'] | undefined) =>
    points?.map((point) => point.map((value) => value.toFixed(5)));
  expect(rounded(found?.landmarks)).toEqual(rounded(landmarks));
  expect(rounded(found?.aligned)).toEqual(rounded(landmarks));
  expect(found?.box.x1).toBeCloseTo(0.25, 5);
  expect(found?.box.y2).toBeCloseTo(0.85, 5);
};

describe('savedMark', () => {
  it('reads what was written, in a JPEG too, and when attributes were saved again as elements', async () => {
    near(await savedMark(text));
    const bytes = await jpegOf(picture()).jpeg().withXmp(text).toBuffer();
    const { xmp } = await decodePhoto(bytes, 'it', 100);
    near(await savedMark(xmp ?? ''));
    const score = `spotter:Score="0.875"`;
    expect(text).toContain(score);
    near(
      await savedMark(
        text.replace(score, '').replace('<mwg-rs:Area', '<spotter:Score>0.875</spotter:Score><mwg-rs:Area'),
      ),
    );
  });

  it.each([
    ['face regions of other programs', text.replace(/spotter:Landmarks="[^"]*"/, '')],
    ['a damaged text', text.slice(0, 500)],
    ['four points', text.replace(/(spotter:Landmarks=")[^ ]* /, '$1')],
    ['a point far outside', text.replace(/(spotter:Landmarks=")[^,]*/, '$17')],
    ['no number', text.replace(/(spotter:Landmarks=")[^,]*/, '$1x')],
    ['an empty area', text.replace(/stArea:w="[^"]*"/, 'stArea:w="0"')],
    ['two marks', text.replace(/<rdf:li>.*<\/rdf:li>/s, '$&$&')],
    ['entities', `<!DOCTYPE a [<!ENTITY b "Landmarks">]><a>&b;</a>`],
    ['deep nesting', `${'<a>'.repeat(5000)}Landmarks`],
    ['a long text', text + ' '.repeat(70_000)],
    ['nothing', ''],
  ])('passes over %s', async (_, xmp) => {
    expect(await savedMark(xmp)).toBeNull();
  });
});

describe('markedFace', () => {
  it('finds the face where it was marked, also after scaling and saving again', async () => {
    expect(markedFace(picture(), mark)?.aligned[0][0]).toBeCloseTo(inPx[0][0]);
    const smaller = await jpegOf(picture()).resize(120, 120).jpeg({ quality: 60 }).toBuffer();
    const { image } = await decodePhoto(smaller, 'it', 100);
    expect(markedFace(image, mark)?.aligned[0][0]).toBeCloseTo(inPx[0][0] * 0.6);
  });

  it.each([
    ['cropped', (jpeg: Sharp) => jpeg.extract({ left: 60, top: 60, width: 140, height: 140 })],
    ['turned', (jpeg: Sharp) => jpeg.rotate(90)],
    ['uniform', (jpeg: Sharp) => jpeg.linear(0, 80)],
  ])('does not take the mark of a picture that is %s', async (_, edit) => {
    const bytes = await edit(jpegOf(picture())).png().toBuffer();
    const { image } = await decodePhoto(bytes, 'it', 100);
    expect(markedFace(image, mark)).toBeNull();
  });
});
