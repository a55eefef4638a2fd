import { describe, expect, it } from 'vitest';
import { faceMeant } from '../../bench/photoLooks.js';
import type { Detection } from '../../src/face/detection.js';

const size = { width: 100, height: 100 };

function face(x1: number, y1: number, side: number): Detection {
  const landmarks = [
    [x1, y1],
    [x1, y1],
    [x1, y1],
    [x1, y1],
    [x1, y1],
  ] as const;
  return { box: { x1, y1, x2: x1 + side, y2: y1 + side }, landmarks, score: 0.9 };
}

describe('faceMeant', () => {
  const large = face(0, 0, 40);
  const central = face(40, 45, 10);

  it('is the largest face, or the one whose centre is nearest the middle', () => {
    expect(faceMeant([large, central], size, 'largest')).toBe(large);
    expect(faceMeant([large, central], size, 'middle')).toBe(central);
  });

  it('is null without faces', () => {
    expect(faceMeant([], size, 'middle')).toBeNull();
  });
});
