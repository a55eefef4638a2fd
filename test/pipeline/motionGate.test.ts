import { describe, expect, it } from 'vitest';
import type { Image } from '../../src/image/image.js';
import { MotionGate } from '../../src/pipeline/motionGate.js';
import { flatYuv } from '../helpers/image.js';
import { randomNumbers } from '../helpers/random.js';

const EVERY_MS = 2000;
const gate = () => new MotionGate({ sensitivity: 0.5, everyMs: EVERY_MS });

/** A wall with a gradient, and whatever is drawn on it. */
function scene(width: number, height: number, draw: (x: number, y: number) => number = () => 0): Image {
  const image = flatYuv(width, height, [0, 128, 128]);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) image.pixels[y * width + x] = 80 + (x * 60) / width + draw(x, y);
  }
  return image;
}

/** Something of one brightness at a place. */
const patch =
  (left: number, top: number, width: number, height: number, levels: number) => (x: number, y: number) =>
    x >= left && x < left + width && y >= top && y < top + height ? levels : 0;

/** Normally distributed sensor noise. */
function noise(seed: number, sigma: number): () => number {
  const random = randomNumbers(seed);
  return () => sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

describe('MotionGate', () => {
  it('opens for the first picture, then stays shut while nothing changes, but not for ever', () => {
    const still = gate();
    const picture = scene(640, 360);
    expect(still.isOpen(picture, 0, false)).toBe(true);
    expect(still.isOpen(picture, 100, false)).toBe(false);
    expect(still.isOpen(picture, EVERY_MS - 1, false)).toBe(false);
    expect(still.isOpen(picture, EVERY_MS, false)).toBe(true);
    expect(still.isOpen(picture, EVERY_MS + 1, false)).toBe(false);
  });

  it('opens when media time starts anew, as for a source that was opened again', () => {
    const still = gate();
    const picture = scene(640, 360);
    expect(still.isOpen(picture, 100_000, false)).toBe(true);
    expect(still.isOpen(picture, 0, false)).toBe(true);
    expect(still.isOpen(picture, 100, false)).toBe(false);
  });

  it('stays open while a face is tracked', () => {
    const still = gate();
    for (const timeMs of [0, 1, 2]) expect(still.isOpen(scene(640, 360), timeMs, true)).toBe(true);
  });

  it('ignores sensor noise and the flicker of a lamp', () => {
    const still = gate();
    still.isOpen(scene(640, 360), 0, false);
    for (let frame = 1; frame <= 15; frame++) {
      const grain = noise(frame, 4);
      const flicker = frame % 3;
      expect(
        still.isOpen(
          scene(640, 360, () => grain() + flicker),
          frame,
          false,
        ),
      ).toBe(false);
    }
  });

  it.each([
    ['a small face of low contrast', 640, 360, patch(301, 143, 24, 24, 30)],
    ['a dark figure far away', 1280, 720, patch(900, 400, 40, 80, -60)],
    ['a bright figure at the edge of a tall picture', 720, 1280, patch(0, 1200, 40, 80, 60)],
  ])('opens for %s', (_, width, height, draw) => {
    const moving = gate();
    moving.isOpen(scene(width, height), 0, false);
    expect(moving.isOpen(scene(width, height, draw), 1, false)).toBe(true);
  });

  it('opens for a small face however it lies on the grid', () => {
    const width = 640;
    const shut: string[] = [];
    for (let place = 0; place < 100; place++) {
      const [left, top] = [300 + (place % 10), 140 + Math.floor(place / 10)];
      const moving = gate();
      const picture = scene(width, 360);
      moving.isOpen(picture, 0, false);
      for (let y = top; y < top + 24; y++) {
        for (let x = left; x < left + 24; x++) picture.pixels[y * width + x] += 30;
      }
      if (!moving.isOpen(picture, 1, false)) shut.push(`${left},${top}`);
    }
    expect(shut).toEqual([]);
  });

  it('opens for a change that comes slowly', () => {
    const slow = gate();
    const opened = Array.from({ length: 40 }, (_, frame) =>
      slow.isOpen(scene(640, 360, patch(200, 100, 80, 80, frame)), frame, false),
    );
    expect(opened.slice(1)).toContain(true);
  });

  it('opens when the picture changes its size', () => {
    const changed = gate();
    changed.isOpen(scene(640, 360), 0, false);
    expect(changed.isOpen(scene(320, 180), 1, false)).toBe(true);
    expect(changed.isOpen(scene(320, 180), 2, false)).toBe(false);
  });

  it('takes pictures of any size', () => {
    for (const [width, height] of [
      [1, 1],
      [16, 2000],
      [3000, 17],
    ])
      expect(gate().isOpen(scene(width, height), 0, false)).toBe(true);
  });
});
