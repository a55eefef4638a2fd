import { describe, expect, it } from 'vitest';
import { isSameFace, shareInside } from '../../src/face/box.js';

const face = { x1: 0, y1: 0, x2: 100, y2: 130 };

describe('isSameFace', () => {
  it.each([
    ['the same box, slightly moved', { x1: 5, y1: 3, x2: 108, y2: 128 }, true],
    ['an eye inside the face', { x1: 10, y1: 30, x2: 50, y2: 70 }, true],
    ['an eye at its edge', { x1: -8, y1: 30, x2: 40, y2: 70 }, true],
    ['the face beside it', { x1: 90, y1: 0, x2: 190, y2: 130 }, false],
    ['a small face that touches it', { x1: 80, y1: 30, x2: 120, y2: 70 }, false],
  ])('is asked about %s', (_what, box, same) => {
    expect([isSameFace(face, box), isSameFace(box, face)]).toEqual([same, same]);
  });
});

describe('shareInside', () => {
  it('is the part of the first box that lies in the second', () => {
    expect(shareInside({ x1: 50, y1: 0, x2: 150, y2: 100 }, face)).toBeCloseTo(0.5);
    expect(shareInside({ x1: 200, y1: 0, x2: 210, y2: 10 }, face)).toBe(0);
  });
});
