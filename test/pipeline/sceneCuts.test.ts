import { describe, expect, it } from 'vitest';
import type { Image } from '../../src/image/image.js';
import { SceneCuts } from '../../src/pipeline/sceneCuts.js';
import { flatYuv } from '../helpers/image.js';
import { randomNumbers } from '../helpers/random.js';

/** A picture with a light square, over a dark ground. */
function scene(x: number, y: number, light = 200, dark = 30): Image {
  const image = flatYuv(320, 180, [dark, 128, 128]);
  for (let row = y; row < y + 90; row++) image.pixels.fill(light, row * 320 + x, row * 320 + x + 120);
  return image;
}

/** A picture whose middle is bright, and whose details are its own. */
function portrait(random: () => number): Image {
  const image = flatYuv(320, 180, [30, 128, 128]);
  for (let y = 0; y < 180; y += 10) {
    for (let x = 0; x < 320; x += 10) {
      const middle = Math.max(0, 1 - Math.hypot((x - 160) / 130, (y - 90) / 80));
      const luma = 30 + 125 * middle + 90 * random();
      for (let row = y; row < y + 10; row++) image.pixels.fill(luma, row * 320 + x, row * 320 + x + 10);
    }
  }
  return image;
}

function cutAfter(before: Image, after: Image): boolean {
  const cuts = new SceneCuts();
  cuts.isCut(before);
  return cuts.isCut(after);
}

describe('SceneCuts', () => {
  it('finds a picture that has nothing to do with the one before', () => {
    expect(cutAfter(scene(0, 0), scene(190, 85))).toBe(true);
  });

  it('ignores movement, a lamp and a camera that turns a little', () => {
    expect(cutAfter(scene(50, 40), scene(70, 45))).toBe(false);
    expect(cutAfter(scene(50, 40), scene(50, 40, 255, 90))).toBe(false);
    expect(cutAfter(scene(50, 40), scene(50, 40))).toBe(false);
  });

  it('finds a cut between pictures that are bright in the middle alike', () => {
    const [one, other] = [portrait(randomNumbers(1)), portrait(randomNumbers(2))];
    expect(cutAfter(one, other)).toBe(true);
    expect(cutAfter(one, one)).toBe(false);
  });

  it('ignores somebody who comes before a plain wall', () => {
    const wall = flatYuv(320, 180, [120, 128, 128]);
    const somebody = flatYuv(320, 180, [120, 128, 128]);
    const { pixels } = portrait(randomNumbers(3));
    for (let row = 20; row < 180; row++)
      somebody.pixels.set(pixels.subarray(row * 320 + 90, row * 320 + 230), row * 320 + 90);
    expect(cutAfter(wall, somebody)).toBe(false);
  });

  it('finds a cut between black bars, which are alike before and after', () => {
    const onBlack = (x: number) => {
      const image = flatYuv(640, 180, [16, 128, 128]);
      const inner = scene(x, 45, 200, 60);
      for (let row = 0; row < 180; row++)
        image.pixels.set(inner.pixels.subarray(row * 320 + 60, row * 320 + 260), row * 640 + 220);
      return image;
    };
    expect(cutAfter(onBlack(60), onBlack(140))).toBe(true);
    expect(cutAfter(onBlack(80), onBlack(90))).toBe(false);
  });

  it('ignores the first picture, and those in the dark', () => {
    expect(new SceneCuts().isCut(scene(0, 0))).toBe(false);
    expect(cutAfter(scene(0, 0, 34, 30), scene(190, 85, 34, 30))).toBe(false);
    expect(cutAfter(scene(0, 0, 17, 16), scene(190, 85, 17, 16))).toBe(false);
  });
});
