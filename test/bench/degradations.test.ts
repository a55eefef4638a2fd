import { describe, expect, it } from 'vitest';
import { DEGRADATIONS } from '../../bench/degradations.js';
import { randomNumbers } from '../../bench/random.js';
import { newImage } from '../../bench/rasterEdits.js';
import { TEMPLATE } from '../../src/face/align.js';
import type { Detection } from '../../src/face/detection.js';
import type { Image } from '../../src/image/image.js';

const SIDE = 120;
/** A face with its landmarks where an aligned crop has them, in a picture with a pattern in colour. */
const face: Detection = { score: 0.9, box: { x1: 16, y1: 14, x2: 96, y2: 114 }, landmarks: TEMPLATE };
const FACE_PX = Math.sqrt(80 * 100);

function pattern(): Image {
  const image = newImage(SIDE, SIDE);
  for (let y = 0, i = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, i += 3) {
      const check = (Math.floor(x / 4) + Math.floor(y / 4)) % 2 ? 40 : 0;
      image.pixels.set([60 + x + check, 200 - y - check, 90 + check], i);
    }
  }
  return image;
}

async function degrade(name: string, seed = 1) {
  const degradation = DEGRADATIONS.find((one) => one.name === name);
  if (!degradation) throw new Error(`no degradation is called ${name}`);
  return degradation.apply(pattern(), face, randomNumbers(seed));
}

const at = ({ pixels, width }: Image, x: number, y: number) => [
  ...pixels.subarray(
    (Math.round(y) * width + Math.round(x)) * 3,
    (Math.round(y) * width + Math.round(x)) * 3 + 3,
  ),
];
const changed = (a: Image, b: Image) =>
  a.pixels.reduce((sum, value, i) => sum + Number(value !== b.pixels[i]), 0);
/** Mean difference between neighbours in a row, of the first channel. */
const detail = ({ pixels, width }: Image) => {
  let sum = 0;
  for (let i = 3; i < pixels.length; i += 3) if (i % (3 * width)) sum += Math.abs(pixels[i] - pixels[i - 3]);
  return sum / (pixels.length / 3);
};
const isGrey = ({ pixels }: Image) => pixels.every((value, i) => value === pixels[i - (i % 3)]);

describe('DEGRADATIONS', () => {
  it('begin with the photo as it is, which no degradation changes', async () => {
    const original = pattern();
    for (const { apply } of DEGRADATIONS) await apply(original, face, randomNumbers());
    expect(changed(original, pattern())).toBe(0);
    expect((await DEGRADATIONS[0].apply(original, face, randomNumbers())).image.pixels).toEqual(
      original.pixels,
    );
  });

  it.each(DEGRADATIONS.slice(1).map(({ name }) => name))(
    '%s changes the picture, in the same way each time',
    async (name) => {
      const [first, second] = [await degrade(name), await degrade(name)];
      expect(first.image.pixels).toEqual(second.image.pixels);
      expect(first.image.width !== SIDE || changed(first.image, pattern()) > 1000).toBe(true);
    },
  );

  it('blur takes away detail, and strong blur more', async () => {
    const [blur, strong] = [(await degrade('blur')).image, (await degrade('strong blur')).image];
    expect(detail(blur)).toBeLessThan(0.8 * detail(pattern()));
    expect(detail(strong)).toBeLessThan(detail(blur));
  });

  it('grey and infrared have equal channels', async () => {
    expect(isGrey((await degrade('grey')).image)).toBe(true);
    expect(isGrey((await degrade('infrared')).image)).toBe(true);
  });

  it('low light is darker, with another noise for another seed', async () => {
    const [one, other] = [(await degrade('low light', 1)).image, (await degrade('low light', 2)).image];
    const mean = ({ pixels }: Image) => pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    expect(mean(one) / mean(pattern())).toBeCloseTo(0.5, 1);
    expect(changed(one, other)).toBeGreaterThan(1000);
  });

  it.each([
    ['64 px', 64],
    ['40 px', 40],
    ['24 px', 24],
  ])('%s shrinks the face to that size', async (name, px) => {
    const { image, scale } = await degrade(name);
    expect(Math.abs(FACE_PX * scale - px)).toBeLessThan(0.5);
    expect(image.width).toBe(Math.round(SIDE * scale));
  });

  it('a small face is not enlarged', async () => {
    const tiny = { ...face, box: { x1: 40, y1: 40, x2: 60, y2: 60 } };
    const small = DEGRADATIONS.find(({ name }) => name === '64 px');
    expect(await small?.apply(pattern(), tiny, randomNumbers())).toMatchObject({
      scale: 1,
      image: { width: SIDE },
    });
  });

  it('tilt rotates clockwise around the middle of the face', async () => {
    const { image } = await degrade('tilt 60');
    expect(at(image, 56, 64)).toEqual(at(pattern(), 56, 64));
    // What was 20 px above the middle is now to the right of it, 30 degrees above the horizontal.
    const [turned, before] = [at(image, 56 + 20 * Math.sin(Math.PI / 3), 64 - 10), at(pattern(), 56, 44)];
    expect(Math.abs(turned[1] - before[1])).toBeLessThan(45);
  });

  it('turn 45 and profile move the middle of the face aside, at the profile further, and leave the surroundings', async () => {
    const original = pattern();
    const radius = 0.55 * 80;
    for (const [name, deg] of [
      ['turn 45', 45],
      ['profile', 75],
    ] as const) {
      const { image } = await degrade(name);
      const aside = 56 + radius * Math.sin((deg * Math.PI) / 180);
      const [red] = at(image, aside, 64);
      expect(Math.abs(red - at(original, 56, 64)[0])).toBeLessThan(45);
      expect(at(image, 4, 64)).toEqual(at(original, 4, 64));
    }
  });

  it('a mask covers nose and mouth, sunglasses the eyes, and neither the other', async () => {
    const [mask, glasses] = [(await degrade('mask')).image, (await degrade('sunglasses')).image];
    const original = pattern();
    const [eyeA, eyeB, nose, mouthA, mouthB] = TEMPLATE;
    for (const [x, y] of [nose, mouthA, mouthB]) {
      expect(at(mask, x, y)).not.toEqual(at(original, x, y));
      expect(at(glasses, x, y)).toEqual(at(original, x, y));
    }
    for (const [x, y] of [eyeA, eyeB]) {
      expect(at(mask, x, y)).toEqual(at(original, x, y));
      expect(Math.max(...at(glasses, x, y))).toBeLessThan(20);
    }
  });

  it('a mask follows a tilted face', async () => {
    const turned = TEMPLATE.map(([x, y]) => [
      56 - (y - 64),
      64 + (x - 56),
    ]) as unknown as Detection['landmarks'];
    const mask = DEGRADATIONS.find(({ name }) => name === 'mask');
    const result = await mask?.apply(pattern(), { ...face, landmarks: turned }, randomNumbers());
    const covered = ([x, y]: readonly [number, number]) =>
      result && at(result.image, x, y).join() !== at(pattern(), x, y).join();
    expect(covered(turned[3])).toBe(true);
    expect(covered(turned[0])).toBe(false);
  });
});
